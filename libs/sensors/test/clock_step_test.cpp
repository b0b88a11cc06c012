// SPDX-License-Identifier: Apache-2.0
// A wall clock that is set while cards are sampled: this program's clock_gettime stands before the
// C library's, for the sensor as for the fake driver that stamps its ring by the wall clock.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "nvml_fixture.h"

namespace {

std::atomic<long> step_s{0};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += step_s;
  return static_cast<int>(result);
}

namespace erg {
namespace {

class ClockStep : public NvmlTest, public ::testing::WithParamInterface<long> {
 protected:
  ClockStep() { step_s = 0; }
  ~ClockStep() override { step_s = 0; }
};

TEST_P(ClockStep, IsAGapOfTheRingAndNoEnergyIsMadeUp) {
  SensorSet set = open();
  const Slot before = read(set, "power_ring");
  ASSERT_FALSE(before.samples.empty());
  step_s = GetParam();
  const Slot stepped = read(set, "power_ring");
  EXPECT_TRUE(stepped.samples.empty());
  EXPECT_EQ(stepped.absence, Absence::failed);
  ASSERT_TRUE(stepped.gap);
  EXPECT_EQ(stepped.gap->reason, GapReason::unreadable);
  EXPECT_EQ(stepped.gap->interval.begin, before.samples.back().time);

  Timestamp last = stepped.gap->interval.end;
  std::size_t seen = 0;
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{60});
    for (const Sample& sample : read(set, "power_ring").samples) {
      EXPECT_GT(sample.time, last);
      EXPECT_LE(sample.time, clock_.now() + std::chrono::milliseconds{50});
      EXPECT_EQ(sample.count, 200'000);
      last = sample.time;
      ++seen;
    }
  }
  EXPECT_GT(seen, 0U);
}

INSTANTIATE_TEST_SUITE_P(BackAndForth, ClockStep, ::testing::Values(-3600, -2, 2, 86400));

}  // namespace
}  // namespace erg
