// SPDX-License-Identifier: Apache-2.0
#include "erg/powercap_sensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "erg/source_missing.h"
#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void zone(const testing::TempTree& sys, const std::string& directory, const std::string& name,
          const std::string& energy_uj, const std::string& range_uj = "262143328850") {
  sys.write(directory + "/name", name + "\n");
  sys.write(directory + "/max_energy_range_uj", range_uj + "\n");
  sys.write(directory + "/energy_uj", energy_uj + "\n");
}

std::vector<std::string> devices(const Sensor& sensor) {
  std::vector<std::string> names;
  for (const Channel& each : sensor.channels()) names.push_back(each.device + "/" + each.name);
  return names;
}

// A sensor with the slots of its last read.
struct Read {
  explicit Read(Sensor& sensor_) : sensor{sensor_}, slots(sensor.channels().size()) {}
  Slot& operator()(std::size_t channel = 0) {
    for (Slot& slot : slots) slot.clear();
    sensor.read(clock, slots);
    return slots[channel];
  }

  Sensor& sensor;
  HostClock clock;
  std::vector<Slot> slots;
};

TEST(PowercapSensor, TwoSocketsWithMemoryAreFourDevicesAndPartsAreNotAdded) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "1");
  zone(sys, "intel-rapl:0:0", "core", "2");
  zone(sys, "intel-rapl:0:1", "dram", "3");
  zone(sys, "intel-rapl:1", "package-1", "4");
  zone(sys, "intel-rapl:1:0", "dram", "5");
  zone(sys, "intel-rapl:2", "psys", "6");
  EXPECT_THAT(devices(PowercapSensor{sys.root()}),
              ElementsAre("cpu-0/energy", "memory-0/energy", "cpu-1/energy", "memory-1/energy",
                          "board-0/energy"));
  EXPECT_THAT(devices(PowercapSensor(sys.root(), true)),
              ElementsAre("cpu-0/energy", "cpu-0/energy_core", "memory-0/energy", "cpu-1/energy",
                          "memory-1/energy", "board-0/energy"));
}

TEST(PowercapSensor, ThePlatformIsADeviceOfItsOwnWhereverItStandsAndAlone) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "psys", "1000");
  PowercapSensor alone{sys.root()};
  EXPECT_THAT(devices(alone), ElementsAre("board-0/energy"));
  Read read{alone};
  read();
  sys.write("intel-rapl:0/energy_uj", "6000\n");
  EXPECT_EQ(read().samples.at(0).count, 5000);
  zone(sys, "intel-rapl:1", "package-0", "2");
  zone(sys, "intel-rapl:1:0", "core", "3");
  zone(sys, "intel-rapl:2", "psys", "4");
  PowercapSensor both{sys.root()};
  EXPECT_THAT(devices(both), ElementsAre("board-0/energy", "cpu-0/energy"));
  EXPECT_THAT(both.notes(), ElementsAre(HasSubstr("intel-rapl:2 is psys once more")));
}

TEST(PowercapSensor, NamesAndNumbersThatAreNoneAreLeftOutByName) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "1");
  zone(sys, "intel-rapl:1", "pack\xff-1", "2");
  zone(sys, "intel-rapl:2", "package-2", "abc");
  zone(sys, "intel-rapl:3", "package-3", "4", "-5");
  PowercapSensor sensor{sys.root()};
  EXPECT_THAT(devices(sensor), ElementsAre("cpu-0/energy"));
  EXPECT_THAT(sensor.notes(),
              ElementsAre(HasSubstr("intel-rapl:1/name is no plain text: taken for 'pack?-1'"),
                          HasSubstr("intel-rapl:1 (pack?-1) is none of RAPL's domains"),
                          HasSubstr("intel-rapl:2 (package-2) shows no number"),
                          HasSubstr("intel-rapl:3 (package-3) has no counter range")));
}

TEST(PowercapSensor, TheMmioZonesAreTheSamePackageOnceMore) {
  testing::TempTree sys;
  zone(sys, "intel-rapl-mmio:0", "package-0", "1000");
  zone(sys, "intel-rapl:0", "package-0", "500");
  PowercapSensor sensor{sys.root()};
  EXPECT_THAT(devices(sensor), ElementsAre("cpu-0/energy"));
  EXPECT_THAT(sensor.channels()[0].method, HasSubstr("intel-rapl:0"));
  EXPECT_THAT(sensor.notes(), ElementsAre(HasSubstr("counted once")));
}

TEST(PowercapSensor, DiesThatMirrorOneCounterAreCountedOnceOthersEach) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0-die-0", "77000000");
  zone(sys, "intel-rapl:1", "package-0-die-1", "77000400");
  zone(sys, "intel-rapl:2", "package-1-die-0", "10000000");
  zone(sys, "intel-rapl:3", "package-1-die-1", "90000000");
  PowercapSensor sensor{sys.root()};
  EXPECT_THAT(devices(sensor),
              ElementsAre("cpu-0-die-0/energy", "cpu-1-die-0/energy", "cpu-1-die-1/energy"));
}

TEST(PowercapSensor, CountsFromTheFirstReadThroughAWrapAndAroundAReset) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "900000");
  PowercapSensor sensor{sys.root()};
  Read read{sensor};
  EXPECT_THAT(read().samples, ElementsAre(::testing::Field(&Sample::count, 0)));
  sys.write("intel-rapl:0/energy_uj", "905000\n");
  EXPECT_EQ(read().samples.at(0).count, 5000);
  sys.write("intel-rapl:0/energy_uj", "904000\n");  // a wrap would be 262 kJ
  const Slot& reset = read();
  EXPECT_EQ(reset.samples.at(0).count, 5000);
  ASSERT_TRUE(reset.gap);
  EXPECT_EQ(reset.gap->reason, GapReason::reset);
  sys.write("intel-rapl:0/energy_uj", "262143000000\n");  // and so is this
  EXPECT_TRUE(read().gap);
  sys.write("intel-rapl:0/energy_uj", "1149\n");
  const Slot& wrapped = read();
  EXPECT_FALSE(wrapped.gap);
  EXPECT_EQ(wrapped.samples.at(0).count, 5000 + 330000);
}

TEST(PowercapSensor, TextThatIsNoNumberIsNoReadingAndLosesNothing) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "1000");
  PowercapSensor sensor{sys.root()};
  Read read{sensor};
  read();
  for (const std::string text :
       {"", "\n", "abc\n", "12x\n", "-5\n", "1e6\n", "99999999999999999999999\n", "\xff\xfe\n",
        "262143328851\n", "1 2\n"}) {
    sys.write("intel-rapl:0/energy_uj", text);
    const Slot& slot = read();
    EXPECT_TRUE(slot.samples.empty()) << text;
    EXPECT_EQ(slot.absence, Absence::malformed) << text;
    EXPECT_FALSE(slot.gap) << text;
  }
  sys.write("intel-rapl:0/energy_uj", "1500\n");
  EXPECT_EQ(read().samples.at(0).count, 500);
}

// Exit status of a child that is not root: 0 when it was refused, and told how to be granted it.
int refused_and_told(const testing::TempTree& sys) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    try {
      PowercapSensor sensor{sys.root()};
    } catch (const SourceMissing& error) {
      const bool told = std::string{error.what()}.find("permission denied") != std::string::npos &&
                        error.remedy() == "sudo chmod a+r " + sys.root().string() + "/*/energy_uj";
      ::_exit(told ? 0 : 3);
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(PowercapSensor, SaysHowToGrantWhatIsForRootAlone) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "1");
  ::chmod(sys.root().c_str(), 0755);
  EXPECT_EQ(refused_and_told(sys), 1) << "readable";
  ::chmod(sys.path("intel-rapl:0/energy_uj").c_str(), 0400);
  if (::geteuid() != 0) ::chmod(sys.path("intel-rapl:0/energy_uj").c_str(), 0);
  EXPECT_EQ(refused_and_told(sys), 0);
}

TEST(PowercapSensor, SaysWhereItLooked) {
  testing::TempTree sys;
  sys.write("intel-rapl:0/name", "package-0\n");  // neither range nor counter
  zone(sys, "intel-rapl:1", "package-1", "5", "0");
  try {
    PowercapSensor sensor{sys.root()};
    FAIL() << "expected SourceMissing";
  } catch (const SourceMissing& error) {
    EXPECT_THAT(error.what(), HasSubstr(sys.root().string()));
    EXPECT_THAT(error.what(), HasSubstr("intel-rapl:1 (package-1) has no counter range"));
  }
  EXPECT_THROW(PowercapSensor{sys.path("absent")}, SourceMissing);
}

TEST(PowercapSensor, NamesThatAreNotTextStayPrintable) {
  testing::TempTree sys;
  zone(sys, "intel-rapl:0", "package-0", "1");
  zone(sys, "intel-rapl:1", "\xc3\x28\x01odd", "1");
  EXPECT_THAT(devices(PowercapSensor{sys.root()}), ElementsAre("cpu-0/energy"));
}

}  // namespace
}  // namespace erg
