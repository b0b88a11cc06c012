// SPDX-License-Identifier: Apache-2.0
#include "erg/discover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "erg/testing/fake_nvml.h"
#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DiscoverTest : public ::testing::Test {
 protected:
  DiscoverTest() {
    tree_.write("proc/stat", "cpu  100 0 0 900\n");
    tree_.write("proc/cpuinfo",
                "processor : 0\nmodel name : AMD EPYC 7763 64-Core Processor\nflags : fpu sse\n");
    tree_.write("proc/meminfo", "MemTotal: 16777216 kB\n");
    options_.nvml_library = "none";
    options_.proc_root = tree_.path("proc");
    options_.sysfs_root = tree_.path("sys");
  }
  void zone(const std::string& directory, const std::string& name) {
    tree_.write("sys/class/powercap/" + directory + "/name", name + "\n");
    tree_.write("sys/class/powercap/" + directory + "/max_energy_range_uj", "262143328850\n");
    tree_.write("sys/class/powercap/" + directory + "/energy_uj", "1000\n");
  }
  static std::vector<std::string> devices(const SensorSet& set) {
    std::vector<std::string> ids;
    for (const Device& each : set.devices) ids.push_back(each.id);
    return ids;
  }
  static std::vector<Channel> channels(const SensorSet& set) {
    std::vector<Channel> all;
    for (const auto& sensor : set.sensors) {
      std::ranges::copy(sensor->channels(), std::back_inserter(all));
    }
    return all;
  }
  static std::vector<std::string> names(const SensorSet& set) {
    std::vector<std::string> all;
    for (const Channel& each : channels(set)) all.push_back(each.device + "/" + each.name);
    return all;
  }

  testing::TempTree tree_;
  SensorOptions options_;
};

TEST_F(DiscoverTest, WithoutAnySensorTheCpuAndMemoryAreModelled) {
  const SensorSet set = discover(options_);
  EXPECT_THAT(names(set), ElementsAre("cpu-0/energy", "memory-0/energy", "cpu-0/utilisation"));
  EXPECT_THAT(devices(set), ElementsAre("cpu-0", "memory-0"));
  const auto all = channels(set);
  EXPECT_EQ(all[0].provenance, Provenance::modelled);
  EXPECT_DOUBLE_EQ(all[0].gain_u, 0.25);
  EXPECT_THAT(all[0].method, HasSubstr("cpu_idle_max"));
  EXPECT_EQ(all[1].provenance, Provenance::modelled);
  std::vector<std::string> missing;
  for (const MissingSource& each : set.missing) missing.push_back(each.source + ": " + each.remedy);
  EXPECT_THAT(missing, Contains("RAPL powercap: sudo modprobe intel_rapl_msr"));
}

TEST_F(DiscoverTest, AVirtualMachineIsNotToldToLoadADriver) {
  tree_.write("proc/cpuinfo", "processor : 0\nmodel name : AMD EPYC\nflags : fpu hypervisor\n");
  const SensorSet set = discover(options_);
  const auto rapl = std::ranges::find(set.missing, "RAPL powercap", &MissingSource::source);
  ASSERT_NE(rapl, set.missing.end());
  EXPECT_EQ(rapl->remedy, "");
  EXPECT_THAT(rapl->reason, HasSubstr("virtual machine"));
  EXPECT_THAT(set.notes, Contains(HasSubstr("'AMD EPYC' is not in the table")));
}

TEST_F(DiscoverTest, WhatIsMeasuredIsNotModelledAsWell) {
  zone("intel-rapl:0", "package-0");
  SensorSet set = discover(options_);
  EXPECT_THAT(devices(set), ElementsAre("cpu-0", "memory-0"));
  EXPECT_THAT(names(set), ElementsAre("cpu-0/energy", "memory-0/energy", "cpu-0/utilisation"));
  EXPECT_EQ(channels(set)[0].provenance, Provenance::measured);
  EXPECT_EQ(channels(set)[1].provenance, Provenance::modelled);
  zone("intel-rapl:0:0", "dram");
  set = discover(options_);
  EXPECT_EQ(channels(set)[1].provenance, Provenance::measured);
  EXPECT_THAT(names(set), ElementsAre("cpu-0/energy", "memory-0/energy", "cpu-0/utilisation"));
}

TEST_F(DiscoverTest, ThePlatformIsABoardThatHoldsWhatElseIsMeasured) {
  zone("intel-rapl:0", "psys");
  SensorSet set = discover(options_);
  EXPECT_THAT(names(set), ElementsAre("board-0/energy")) << "an estimate would take its place";
  EXPECT_EQ(set.devices[0].kind, DeviceKind::board);
  EXPECT_THAT(set.notes, Contains(HasSubstr("holds CPU and memory")));
  options_.devices = {"cpu-0"};
  EXPECT_THAT(devices(discover(options_)), ElementsAre("cpu-0"));
  options_.devices.clear();
  zone("intel-rapl:1", "package-0");
  set = discover(options_);
  EXPECT_THAT(names(set), ElementsAre("board-0/energy", "cpu-0/energy", "memory-0/energy",
                                      "cpu-0/utilisation"));
}

TEST_F(DiscoverTest, FurtherEstimatorsByName) {
  options_.estimators = {"codecarbon_load", "codecarbon_dimm"};
  EXPECT_THAT(names(discover(options_)),
              ElementsAre("cpu-0/energy", "memory-0/energy", "cpu-0/codecarbon_load",
                          "memory-0/codecarbon_dimm", "cpu-0/utilisation"));
  options_.estimators = {"codecarbon_laod"};
  try {
    discover(options_);
    FAIL() << "expected SensorUnavailable";
  } catch (const SensorUnavailable& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'codecarbon_load'?"));
  }
}

TEST_F(DiscoverTest, OnlyTheDevicesNamed) {
  zone("intel-rapl:0", "package-0");
  zone("intel-rapl:1", "package-1");
  zone("intel-rapl:1:0", "dram");
  options_.devices = {"cpu-1"};
  SensorSet set = discover(options_);
  EXPECT_THAT(devices(set), ElementsAre("cpu-1"));
  EXPECT_THAT(names(set), ElementsAre("cpu-1/energy", "cpu-1/utilisation"));
  HostClock clock;
  std::vector<Slot> slots(1);
  set.sensors[0]->read(clock, slots);
  EXPECT_EQ(slots[0].samples.size(), 1U);
  options_.devices = {"cpu-7"};
  try {
    discover(options_);
    FAIL() << "expected SensorUnavailable";
  } catch (const SensorUnavailable& error) {
    EXPECT_THAT(error.what(), HasSubstr("no device 'cpu-7'"));
  }
}

TEST_F(DiscoverTest, ACalibratedModelReplacesTheTable) {
  options_.cpu_model = IdleMaxModel{Watts{11}, Watts{99}, 0.8};
  EXPECT_THAT(channels(discover(options_))[0].method, HasSubstr("calibrated"));
}

TEST_F(DiscoverTest, ALibraryThatIsThereAndFailsIsAWarning) {
  testing::FakeNvml fake{tree_.path("state")};
  fake.state().init_result = 9;
  options_.nvml_library = FAKE_NVML;
  EXPECT_THAT(discover(options_).warnings, Contains(HasSubstr("GPUs are not measured")));
  options_.nvml_library = "libnothing-of-this-name.so";
  EXPECT_THAT(discover(options_).warnings, Not(Contains(HasSubstr("GPUs"))));
}

TEST_F(DiscoverTest, WhoComputesOnACardIsToldAtAnyMoment) {
  testing::FakeNvml fake{tree_.path("state")};
  options_.nvml_library = FAKE_NVML;
  EXPECT_TRUE(warnings_of_processes(options_).empty());
  fake.gpu(0).processes = 1;
  fake.gpu(0).process_ids[0] = 4242;
  EXPECT_THAT(warnings_of_processes(options_), Contains(HasSubstr("another process (4242)")));
}

TEST_F(DiscoverTest, CardsComeFromTheLibraryAndTheVariablesOfTheEnvironment) {
  testing::FakeNvml fake{tree_.path("state")};
  fake.gpu(0).processes = 1;
  fake.gpu(0).process_ids[0] = 4242;
  options_.nvml_library.clear();
  ::setenv("ERG_NVML_LIBRARY", FAKE_NVML, 1);
  ::setenv("CUDA_VISIBLE_DEVICES", fake.gpu(0).uuid, 1);
  const SensorSet visible = discover(options_);
  options_.all_gpus = true;
  const SensorSet all = discover(options_);
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  ::unsetenv("ERG_NVML_LIBRARY");
  EXPECT_THAT(devices(visible), ElementsAre(fake.gpu(0).uuid, "cpu-0", "memory-0"));
  EXPECT_THAT(visible.warnings, Contains(HasSubstr("another process (4242)")));
  EXPECT_EQ(all.devices.size(), 4U);
}

TEST_F(DiscoverTest, AMissingLibraryIsNamedWithItsRemedy) {
  options_.nvml_library = "libnot-here.so";
  const SensorSet set = discover(options_);
  ASSERT_FALSE(set.missing.empty());
  EXPECT_EQ(set.missing[0].source, "NVML");
  EXPECT_THAT(set.missing[0].reason, HasSubstr("libnot-here.so"));
  EXPECT_EQ(set.missing[0].remedy, "sudo apt install nvidia-driver");
}

TEST_F(DiscoverTest, AMachineWithoutProcHasNothingAndSaysSo) {
  options_.proc_root = tree_.path("absent");
  const SensorSet set = discover(options_);
  EXPECT_THAT(set.sensors, IsEmpty());
  EXPECT_TRUE(std::ranges::any_of(
      set.missing, [](const MissingSource& each) { return each.source == "estimator"; }));
}

TEST(DiscoverHere, ThisMachineYieldsEnergyForItsCpuAndMemory) {
  SensorSet set = discover();
  HostClock clock;
  std::vector<std::vector<Slot>> slots;
  for (auto& sensor : set.sensors) {
    slots.emplace_back(sensor->channels().size());
    sensor->read(clock, slots.back());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  bool cpu = false, memory = false;
  for (std::size_t i = 0; i < set.sensors.size(); ++i) {
    for (Slot& slot : slots[i]) slot.clear();
    set.sensors[i]->read(clock, slots[i]);
    const auto channels = set.sensors[i]->channels();
    for (std::size_t k = 0; k < channels.size(); ++k) {
      if (channels[k].name != "energy" || slots[i][k].samples.empty()) continue;
      cpu |= channels[k].device.starts_with("cpu") && slots[i][k].samples.back().count > 0;
      memory |= channels[k].device.starts_with("memory") && slots[i][k].samples.back().count > 0;
    }
  }
  EXPECT_TRUE(cpu);
  EXPECT_TRUE(memory);
}

}  // namespace
}  // namespace erg
