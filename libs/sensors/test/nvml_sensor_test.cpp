// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "erg/source_missing.h"
#include "nvml_fixture.h"

namespace erg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

TEST_F(NvmlTest, EachCardIsADeviceWithItsBestPowerItsCounterAndItsGauges) {
  const SensorSet set = open();
  ASSERT_EQ(set.devices.size(), 2U);
  EXPECT_EQ(set.devices[0].id, fake_.gpu(0).uuid);
  EXPECT_EQ(set.devices[0].name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(set.devices[0].driver, "580.159.04");
  EXPECT_EQ(set.devices[0].power_limit, Watts{700});
  EXPECT_EQ(set.devices[1].power_limit_max, Watts{300});
  for (const Device& device : set.devices) {
    EXPECT_THAT(names(set, device.id),
                ElementsAre("power_ring", "energy", "sm_clock", "memory_clock", "temperature",
                            "power_limit", "utilisation", "power_throttle", "heat_throttle"));
  }
  EXPECT_THAT(set.notes, Contains(HasSubstr("sample ring")));
}

TEST_F(NvmlTest, ShutsDownOnceForEachStart) {
  { SensorSet set = open(); }
  gpu_processes(options_);
  EXPECT_EQ(fake_.state().live, 0);
}

TEST_F(NvmlTest, PowerComesFromTheBestSourceThatAnswers) {
  fake_.gpu(0).ring_result = 3;
  fake_.gpu(1).ring_result = 3;
  fake_.gpu(1).instant_result = 3;
  fake_.gpu(0).instant_mw = 321'000;
  fake_.gpu(1).average_mw = 123'000;
  SensorSet set = open();
  EXPECT_THAT(names(set, fake_.gpu(0).uuid), Contains("power_instant"));
  EXPECT_THAT(names(set, fake_.gpu(0).uuid), Not(Contains("power_average")));
  EXPECT_THAT(names(set, fake_.gpu(1).uuid), Contains("power_average"));
  EXPECT_EQ(read(set, "power_instant").samples.at(0).count, 321'000);
  EXPECT_EQ(read(set, "power_average", 1).samples.at(0).count, 123'000);
  EXPECT_THAT(set.notes, Contains(HasSubstr("instant power")));
  ASSERT_FALSE(set.missing.empty());
  EXPECT_THAT(set.missing[0].reason, HasSubstr("NVML_ERROR_NOT_SUPPORTED"));
}

TEST_F(NvmlTest, EverySourceWhereAsked) {
  options_.every_source = true;
  EXPECT_THAT(names(open(), fake_.gpu(0).uuid),
              ::testing::IsSupersetOf({"power_ring", "power_instant", "power_average", "energy"}));
}

TEST_F(NvmlTest, AnOldDriverLacksMostAndStillMeasures) {
  options_.library = FAKE_NVML_OLD;
  SensorSet set = open();
  EXPECT_THAT(names(set, fake_.gpu(0).uuid),
              ElementsAre("power_average", "sm_clock", "memory_clock", "temperature", "power_limit",
                          "utilisation", "power_throttle", "heat_throttle"));
  EXPECT_EQ(read(set, "power_average").samples.at(0).count, 200'000);
  EXPECT_THAT(gpu_processes(options_), IsEmpty());
}

TEST_F(NvmlTest, TheCounterCountsFromItsFirstReadAndNeverBack) {
  fake_.gpu(0).automatic = 0;
  SensorSet set = open();
  fake_.gpu(0).energy_mj = 1'000'000;
  EXPECT_EQ(read(set, "energy").samples.at(0).count, 0);
  fake_.gpu(0).energy_mj = 1'000'250;
  EXPECT_EQ(read(set, "energy").samples.at(0).count, 250);
  fake_.gpu(0).energy_mj = 40;  // the driver was reloaded
  const Slot& reset = read(set, "energy");
  EXPECT_EQ(reset.samples.at(0).count, 250);
  ASSERT_TRUE(reset.gap);
  EXPECT_EQ(reset.gap->reason, GapReason::reset);
  fake_.gpu(0).energy_mj = 140;
  EXPECT_EQ(read(set, "energy").samples.at(0).count, 350);
}

struct Failure {
  int code;
  Absence absence;
};

TEST_F(NvmlTest, EachFailureHasItsMeaningAndEmptiesOnlyItsOwnSlot) {
  fake_.gpu(0).ring_result = 3;
  fake_.gpu(1).ring_result = 3;
  SensorSet set = open();
  for (const Failure& failure :
       {Failure{3, Absence::not_supported}, Failure{4, Absence::no_permission},
        Failure{15, Absence::device_lost}, Failure{10, Absence::failed},
        Failure{999, Absence::failed}}) {
    fake_.gpu(0).instant_result = fake_.gpu(0).energy_result = fake_.gpu(0).gauge_result =
        failure.code;
    for (const char* channel : {"power_instant", "energy", "temperature"}) {
      const Slot& slot = read(set, channel);
      EXPECT_TRUE(slot.samples.empty()) << channel << failure.code;
      EXPECT_EQ(slot.absence, failure.absence) << channel << failure.code;
      EXPECT_EQ(read(set, channel, 1).samples.size(), 1U) << channel << failure.code;
    }
  }
  fake_.gpu(0).instant_result = 0;
  EXPECT_EQ(read(set, "power_instant").samples.size(), 1U);
}

TEST_F(NvmlTest, ACardLostDuringARunIsToldOnceWithItsGap) {
  SensorSet set = open();
  read(set, "energy");
  fake_.fill_ring(0, wall_us(), 119, 100'000);
  read(set, "power_ring");
  fake_.gpu(0).lost = 1;
  for (const char* channel : {"energy", "power_ring"}) {
    const Slot& slot = read(set, channel);
    EXPECT_EQ(slot.absence, Absence::device_lost) << channel;
    ASSERT_TRUE(slot.gap) << channel;
    EXPECT_EQ(slot.gap->reason, GapReason::device_lost) << channel;
    EXPECT_FALSE(read(set, channel).gap) << channel;
  }
  EXPECT_EQ(read(set, "energy", 1).samples.size(), 1U);
}

TEST_F(NvmlTest, AbsurdValuesAreNoReadings) {
  fake_.gpu(0).ring_result = 3;
  SensorSet set = open();
  fake_.gpu(0).instant_mw = 4'000'000'000U;
  const Slot& slot = read(set, "power_instant");
  EXPECT_TRUE(slot.samples.empty());
  EXPECT_EQ(slot.absence, Absence::malformed);
}

TEST_F(NvmlTest, OnlyVisibleCardsAndOnlyThoseNamed) {
  options_.visible_devices = "1";
  SensorSet set = open();
  ASSERT_EQ(set.devices.size(), 1U);
  EXPECT_EQ(set.devices[0].id, fake_.gpu(1).uuid);
  options_.visible_devices.reset();
  options_.devices = {fake_.gpu(0).uuid};
  set = open();
  ASSERT_EQ(set.devices.size(), 1U);
  EXPECT_EQ(set.devices[0].id, fake_.gpu(0).uuid);
}

TEST_F(NvmlTest, ASlicedCardIsCountedOnce) {
  fake_.gpu(0).slices = 2;
  std::strcpy(fake_.gpu(0).slice_uuid[0], "MIG-1111");
  std::strcpy(fake_.gpu(0).slice_uuid[1], "MIG-2222");
  options_.visible_devices = "MIG-1111,MIG-2222";
  const SensorSet set = open();
  ASSERT_EQ(set.devices.size(), 1U);
  EXPECT_EQ(set.devices[0].id, fake_.gpu(0).uuid);
  EXPECT_THAT(set.notes, Contains(HasSubstr("2 slices (MIG)")));
}

TEST_F(NvmlTest, ProcessesOnACard) {
  fake_.gpu(1).processes = 3;
  fake_.gpu(1).process_ids[0] = 77;
  fake_.gpu(1).process_ids[1] = 55;
  fake_.gpu(1).process_ids[2] = 77;
  EXPECT_THAT(gpu_processes(options_),
              ElementsAre(GpuProcess{fake_.gpu(1).uuid, 55}, GpuProcess{fake_.gpu(1).uuid, 77}));
  fake_.gpu(1).process_result = 4;
  EXPECT_THAT(gpu_processes(options_), IsEmpty());
}

std::pair<std::string, std::string> refusal(const NvmlOptions& options) {
  try {
    open_nvml(options);
  } catch (const SourceMissing& error) {
    return {error.what(), error.remedy()};
  }
  return {"opened", ""};
}

TEST_F(NvmlTest, SaysWhyItCannotStartAndWhatHelps) {
  fake_.state().init_result = 9;
  EXPECT_THAT(refusal(options_).first, HasSubstr("NVML_ERROR_DRIVER_NOT_LOADED"));
  EXPECT_EQ(refusal(options_).second, "sudo modprobe nvidia");
  fake_.state().init_result = 18;
  EXPECT_THAT(refusal(options_).first, HasSubstr("different versions"));
  fake_.state().init_result = 0;
  fake_.state().gpus = 0;
  EXPECT_THAT(refusal(options_).first, HasSubstr("no card"));
  fake_.state().count_result = 999;
  EXPECT_THAT(refusal(options_).first, HasSubstr("NVML_ERROR_UNKNOWN"));
  EXPECT_EQ(fake_.state().live, 0);
  options_.library = "libnot-here.so";
  EXPECT_THAT(refusal(options_).first, HasSubstr("libnot-here.so"));
  options_.library = "libm.so.6";
  EXPECT_THAT(refusal(options_).first, HasSubstr("has no nvmlInit_v2"));
}

TEST_F(NvmlTest, ACardThatDoesNotAnswerIsLeftOutAndNamed) {
  fake_.gpu(0).lost = 1;
  const SensorSet set = open();
  ASSERT_EQ(set.devices.size(), 1U);
  EXPECT_THAT(set.warnings, Contains(HasSubstr("GPU 0 is left out")));
}

TEST_F(NvmlTest, NamesThatAreNotTextStayPrintable) {
  std::strcpy(fake_.gpu(0).name, "NVIDIA \xff\xfe\x07 H100");
  EXPECT_EQ(open().devices[0].name, "NVIDIA ??? H100");
}

TEST_F(NvmlTest, RingAndCounterAgreeOnConstantPower) {
  SensorSet set = open();
  std::vector<Sample> ring;
  const auto collect = [&] {
    std::ranges::copy(read(set, "power_ring").samples, std::back_inserter(ring));
  };
  collect();
  const Sample begin = read(set, "energy").samples.at(0);
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  collect();
  const Sample end = read(set, "energy").samples.at(0);
  EXPECT_NEAR(static_cast<double>(end.count - begin.count) * 1e-3,
              200 * Seconds{end.time - begin.time}.count(), 2);
  ASSERT_GT(ring.size(), 14U);
  for (const Sample& each : ring) EXPECT_EQ(each.count, 200'000);
  EXPECT_TRUE(std::ranges::is_sorted(ring, {}, &Sample::time));
}

}  // namespace
}  // namespace erg
