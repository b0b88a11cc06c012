// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "nvml_fixture.h"

namespace erg {
namespace {

using ::testing::Contains;

TEST_F(NvmlTest, TheRingGivesEachSampleOnceAtTheDriversTime) {
  const std::uint64_t start_us = wall_us();
  fake_.fill_ring(0, start_us, 119, 250'000);
  SensorSet set = open();
  const Slot& first = read(set, "power_ring");
  // Of the time before, only the last tenth of a second.
  ASSERT_GE(first.samples.size(), 3U);
  EXPECT_LE(first.samples.size(), 6U);
  EXPECT_EQ(first.samples.back().count, 250'000);
  const Timestamp last = first.samples.back().time;
  EXPECT_LT(clock_.now() - last, std::chrono::milliseconds{100});

  EXPECT_EQ(read(set, "power_ring").absence, Absence::nothing_new);
  fake_.fill_ring(0, start_us + 60'000, 119, 300'000);
  const Slot& next = read(set, "power_ring");
  ASSERT_EQ(next.samples.size(), 3U);
  EXPECT_NEAR(Seconds{next.samples.back().time - last}.count(), 0.060, 0.001);
  EXPECT_FALSE(next.gap);
}

TEST_F(NvmlTest, TheRingIsReadInAnyNumberType) {
  for (const int type : {0, 1, 2, 3, 4}) {
    fake_.fill_ring(0, wall_us(), 119, 250'000);
    fake_.gpu(0).ring_value_type = type;
    SensorSet set = open();
    EXPECT_EQ(read(set, "power_ring").samples.back().count, 250'000) << type;
  }
}

TEST_F(NvmlTest, ARingThatOverranLeavesAGap) {
  const std::uint64_t start_us = wall_us() - 4'000'000;
  fake_.fill_ring(0, start_us, 119, 250'000);
  SensorSet set = open();
  read(set, "power_ring");
  fake_.fill_ring(0, start_us + 100'000, 119, 250'000);
  const Slot before = read(set, "power_ring");
  fake_.fill_ring(0, start_us + 3'900'000, 119, 250'000);
  const Slot& after = read(set, "power_ring");
  ASSERT_TRUE(after.gap);
  EXPECT_EQ(after.gap->reason, GapReason::overrun);
  EXPECT_EQ(after.gap->interval.begin, before.samples.back().time);
  EXPECT_EQ(after.gap->interval.end, after.samples.front().time);
}

TEST_F(NvmlTest, StampsFromTheFutureAreNoReadingsAndHarmNoLaterOnes) {
  fake_.fill_ring(0, wall_us(), 119, 250'000);
  SensorSet set = open();
  read(set, "power_ring");
  fake_.fill_ring(0, wall_us() + 3'600'000'000, 119, 250'000);
  const Slot& future = read(set, "power_ring");
  EXPECT_TRUE(future.samples.empty());
  EXPECT_EQ(future.absence, Absence::malformed);
  fake_.fill_ring(0, wall_us(), 119, 260'000);
  const Slot& present = read(set, "power_ring");
  ASSERT_FALSE(present.samples.empty());
  EXPECT_EQ(present.samples.back().count, 260'000);
}

TEST_F(NvmlTest, ADriversClockThatStepsBackIsAGapAndNoSampleComesTwice) {
  const std::uint64_t start_us = wall_us() - 4'000'000;
  fake_.fill_ring(0, start_us, 119, 250'000);
  SensorSet set = open();
  const Timestamp last = read(set, "power_ring").samples.back().time;
  fake_.fill_ring(0, start_us - 3'000'000, 119, 900'000);
  const Slot& back = read(set, "power_ring");
  EXPECT_TRUE(back.samples.empty());
  EXPECT_EQ(back.absence, Absence::nothing_new);
  fake_.fill_ring(0, start_us + 3'900'000, 60, 260'000);
  const Slot& again = read(set, "power_ring");
  ASSERT_FALSE(again.samples.empty());
  EXPECT_GT(again.samples.front().time, last);
  ASSERT_TRUE(again.gap);
  EXPECT_EQ(again.gap->interval.begin, last);
}

TEST_F(NvmlTest, ARingThatIsEmptyOrStandsStillIsNotUsed) {
  fake_.fill_ring(0, wall_us(), 0, 0);
  fake_.fill_ring(1, wall_us() - 60'000'000, 119, 100'000);
  const SensorSet set = open();
  EXPECT_THAT(names(set, fake_.gpu(0).uuid), Contains("power_instant"));
  EXPECT_THAT(names(set, fake_.gpu(1).uuid), Contains("power_instant"));
}

}  // namespace
}  // namespace erg
