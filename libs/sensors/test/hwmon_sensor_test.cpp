// SPDX-License-Identifier: Apache-2.0
#include "erg/hwmon_sensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "erg/source_missing.h"
#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

class HwmonSensorTest : public ::testing::Test {
 protected:
  Slot& read(HwmonSensor& sensor, std::size_t channel = 0) {
    slots_.assign(sensor.channels().size(), {});
    sensor.read(clock_, slots_);
    return slots_[channel];
  }

  testing::TempTree tree_;
  HostClock clock_;
  std::vector<Slot> slots_;
};

TEST_F(HwmonSensorTest, ACardByItsUniqueIdInMicrowatts) {
  tree_.write("hwmon3/name", "amdgpu\n");
  tree_.write("hwmon3/power1_average", "123456000\n");
  tree_.write("hwmon3/power1_input", "999000000\n");
  tree_.write("hwmon3/power1_cap", "250000000\n");
  tree_.write("hwmon3/device/unique_id", "8f1c0a2b\n");
  tree_.write("hwmon3/device/product_name", "Radeon Pro W7900\n");
  HwmonSensor sensor{tree_.root()};
  ASSERT_EQ(sensor.devices().size(), 1U);
  EXPECT_EQ(sensor.devices()[0].id, "AMD-8f1c0a2b");
  EXPECT_EQ(sensor.devices()[0].name, "Radeon Pro W7900");
  EXPECT_EQ(sensor.devices()[0].power_limit, Watts{250});
  EXPECT_EQ(sensor.channels()[0].name, "power_average");
  const Slot& slot = read(sensor);
  EXPECT_DOUBLE_EQ(static_cast<double>(slot.samples.at(0).count) * sensor.channels()[0].resolution,
                   123.456);
}

TEST_F(HwmonSensorTest, ANameThatIsNoPlainTextIsTakenAsFarAsItGoes) {
  tree_.write("hwmon0/name", "amdgpu\n");
  tree_.write("hwmon0/power1_average", "50000000\n");
  tree_.write("hwmon0/device/unique_id", "12ab\n");
  tree_.write("hwmon0/device/product_name", "Radeon \xe9\n");
  const HwmonSensor sensor{tree_.root()};
  EXPECT_EQ(sensor.devices()[0].name, "Radeon ?");
  EXPECT_THAT(sensor.notes(), ::testing::ElementsAre(::testing::HasSubstr("no plain text")));
}

TEST_F(HwmonSensorTest, EnergyWhereThereIsOneCountedExactly) {
  tree_.write("hwmon0/name", "amdgpu\n");
  tree_.write("hwmon0/energy1_input", "5000000\n");
  tree_.write("hwmon0/power1_average", "1\n");
  HwmonSensor sensor{tree_.root()};
  EXPECT_EQ(sensor.channels()[0].kind, ChannelKind::energy_counter);
  EXPECT_EQ(read(sensor).samples.at(0).count, 0);
  tree_.write("hwmon0/energy1_input", "5000042\n");
  EXPECT_EQ(read(sensor).samples.at(0).count, 42);
  tree_.write("hwmon0/energy1_input", "7\n");
  EXPECT_EQ(read(sensor).gap->reason, GapReason::reset);
}

TEST_F(HwmonSensorTest, OtherChipsOnlyWhereAsked) {
  tree_.write("hwmon0/name", "power_meter\n");
  tree_.write("hwmon0/power1_average", "300000000\n");
  tree_.write("hwmon1/name", "coretemp\n");
  tree_.write("hwmon1/temp1_input", "40000\n");
  EXPECT_THROW(HwmonSensor{tree_.root()}, SourceMissing);
  HwmonSensor sensor{tree_.root(), true};
  ASSERT_EQ(sensor.devices().size(), 1U);
  EXPECT_EQ(sensor.devices()[0].id, "board-power_meter");
  EXPECT_EQ(sensor.devices()[0].kind, DeviceKind::board);
}

TEST_F(HwmonSensorTest, TwoCardsWithoutAnIdStayTwo) {
  for (const std::string chip : {"hwmon0", "hwmon1"}) {
    tree_.write(chip + "/name", "amdgpu\n");
    tree_.write(chip + "/power1_input", "1000000\n");
  }
  const HwmonSensor sensor{tree_.root()};
  ASSERT_EQ(sensor.devices().size(), 2U);
  EXPECT_NE(sensor.devices()[0].id, sensor.devices()[1].id);
}

TEST_F(HwmonSensorTest, WhatIsNoPowerIsNoReading) {
  tree_.write("hwmon0/name", "amdgpu\n");
  tree_.write("hwmon0/power1_input", "1000000\n");
  HwmonSensor sensor{tree_.root()};
  for (const char* text : {"", "-1\n", "watts\n", "99999999999999\n", "\xff\n"}) {
    tree_.write("hwmon0/power1_input", text);
    EXPECT_TRUE(read(sensor).samples.empty()) << text;
    EXPECT_EQ(slots_[0].absence, Absence::malformed) << text;
  }
  tree_.write("hwmon0/power1_input", "2000000\n");
  EXPECT_EQ(read(sensor).samples.at(0).count, 2'000'000);
  EXPECT_FALSE(slots_[0].gap);  // the pause was short: a straight line bridges it
}

}  // namespace
}  // namespace erg
