// SPDX-License-Identifier: Apache-2.0
#include "erg/step_ahead.h"

#include <gtest/gtest.h>

#include <random>

namespace erg {
namespace {

TEST(StepAhead, HasNothingToSayBeforeAnEpochIsOver) { EXPECT_FALSE(remaining({}, 3)); }

TEST(StepAhead, LeavesTheFirstEpochOutWhenItCan) {
  const std::vector<SeenEpoch> seen{
      {Seconds{20}, Joules{900}}, {Seconds{10}, Joules{500}}, {Seconds{10}, Joules{500}}};
  const auto left = remaining(seen, 2.5);
  ASSERT_TRUE(left && left->energy);
  EXPECT_DOUBLE_EQ(left->time.value.count(), 25);
  EXPECT_DOUBLE_EQ(left->energy->value.value(), 1250);
  const auto early = remaining(std::span{seen}.first(1), 1);
  EXPECT_DOUBLE_EQ(early->time.value.count(), 20);
  EXPECT_DOUBLE_EQ(early->time.high->count(), 24);
}

TEST(StepAhead, HasNoEnergyWhereAnEpochHadNone) {
  const std::vector<SeenEpoch> seen{{Seconds{10}, Joules{500}}, {Seconds{10}, {}}};
  EXPECT_FALSE(remaining(seen, 1)->energy);
}

TEST(StepAhead, CoversWhatComes) {
  std::mt19937 random{11};
  std::normal_distribution<double> epoch{100, 5};
  int inside = 0;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SeenEpoch> seen;
    for (int i = 0; i < 6; ++i) seen.push_back({Seconds{epoch(random)}, {}});
    double rest = 0;
    for (int i = 0; i < 4; ++i) rest += epoch(random);
    const auto left = remaining(seen, 4);
    inside += left->time.low->count() <= rest && rest <= left->time.high->count();
  }
  EXPECT_NEAR(inside / double{kRounds}, 0.95, 0.03);
}

}  // namespace
}  // namespace erg
