// SPDX-License-Identifier: Apache-2.0
#include "erg/idle_sensor.h"

#include <gtest/gtest.h>

namespace erg {
namespace {

TEST(IdleSensor, TellsEachDevicesIdlePowerOnce) {
  IdleSensor sensor{{{"GPU-1", Watts{71.25}, Provenance::measured, "profile of 2026-11-25"},
                     {"cpu-0", Watts{9}, Provenance::modelled, "model at rest"}}};
  ASSERT_EQ(sensor.channels().size(), 2U);
  EXPECT_EQ(sensor.channels()[0].kind, ChannelKind::gauge);
  EXPECT_EQ(sensor.channels()[0].name, kIdlePowerChannel);
  EXPECT_EQ(sensor.channels()[1].provenance, Provenance::modelled);
  std::vector<Slot> slots(2);
  sensor.read(HostClock{}, slots);
  ASSERT_EQ(slots[0].samples.size(), 1U);
  EXPECT_NEAR(static_cast<double>(slots[0].samples[0].count) * sensor.channels()[0].resolution,
              71.25, 1e-9);
  for (auto& slot : slots) slot.clear();
  sensor.read(HostClock{}, slots);
  EXPECT_TRUE(slots[0].samples.empty());
  EXPECT_EQ(slots[1].absence, Absence::nothing_new);
}

}  // namespace
}  // namespace erg
