// SPDX-License-Identifier: Apache-2.0
#include "erg/host_clock.h"

#include <gtest/gtest.h>

#include "erg/testing/at.h"

namespace erg {
namespace {

using namespace std::chrono_literals;
using testing::at;

TEST(HostClock, OneWhoJoinsReadsTheSameTime) {
  const HostClock parent;
  const HostClock child{parent.monotonic_zero(), parent.started()};
  const auto before = parent.now();
  const auto between = child.now();
  EXPECT_LE(before, between);
  EXPECT_LE(between, parent.now());
  EXPECT_EQ(child.identity(), parent.identity());
}

TEST(HostClock, PairsWithUtc) {
  const HostClock clock;
  const auto pair = clock.pair_with(utc_nanoseconds);
  EXPECT_LT(pair.error, 1s);
  const auto started = UtcTime{pair.other - pair.host.time_since_epoch()};
  EXPECT_LT(std::chrono::abs(started - clock.started()), 1s);
}

TEST(ClockMap, KnowsNothingBeforeItsFirstPair) {
  EXPECT_FALSE(ClockMap{}.to_host(0ns));
  EXPECT_EQ(ClockMap{}.error(), Nanoseconds::max());
}

TEST(ClockMap, FollowsADriftBetweenItsPairs) {
  ClockMap map;
  map.add({at(0), 100s, 1us});
  map.add({at(10), 111s, 2us});  // the other clock runs 10 % fast
  EXPECT_EQ(map.to_host(100s), at(0));
  EXPECT_EQ(map.to_host(105500ms), at(5));
  EXPECT_EQ(map.to_host(111s), at(10));
  EXPECT_EQ(map.to_host(112s), at(11)) << "outside: the nearest pair's offset";
  EXPECT_EQ(map.to_host(99s), at(-1));
  EXPECT_EQ(map.error(), 2us);
}

TEST(ClockMap, AStepBackOfTheWallClockStartsAnew) {
  ClockMap map;
  map.add({at(0), 100s, 1us});
  map.add({at(10), 50s, 1us});
  EXPECT_EQ(map.to_host(51s), at(11));
}

TEST(ClockMap, DropsAPairOutOfOrder) {
  ClockMap map;
  map.add({at(5), 100s, 1us});
  map.add({at(4), 200s, 1us});
  EXPECT_EQ(map.to_host(100s), at(5));
  EXPECT_EQ(map.to_host(200s), at(105));
}

TEST(ClockMap, ForgetsTheOldestOfMany) {
  ClockMap map;
  for (int i = 0; i < 1000; ++i) map.add({at(i), std::chrono::seconds{i}, 1us});
  EXPECT_EQ(map.to_host(999500ms), at(999.5));
}

}  // namespace
}  // namespace erg
