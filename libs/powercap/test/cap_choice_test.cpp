// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_choice.h"

#include <gtest/gtest.h>

#include "curves.h"

namespace erg {
namespace {

using testing::cap_curve;
using testing::cap_point;

CapCurve curve() {
  return cap_curve({cap_point(100, 1500, 20), cap_point(150, 1000, 14), cap_point(200, 1100, 11),
                    cap_point(250, 1300, 10.5), cap_point(300, 1400, 10)});
}

TEST(ChooseCap, TakesTheLeastEnergy) {
  const auto choice = choose_cap(curve(), {});
  EXPECT_EQ(choice->point.cap, Watts{150});
  EXPECT_EQ(choice->highest.cap, Watts{300});
  EXPECT_EQ(choice->cost, 1000);
}

TEST(ChooseCap, StaysWithinTheSlowdown) {
  CapObjective objective;
  objective.max_slowdown = 0.2;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{200});
  objective.max_slowdown = 0;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{300});
}

TEST(ChooseCap, WeighsTimeAsZeusDoes) {
  CapObjective objective;
  objective.kind = CapObjective::Kind::zeus_cost;
  objective.eta = 1;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{150});
  objective.eta = 0;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{300});
  objective.eta = 0.52;  // 150 W: 520 + 2016; 200 W: 572 + 1584; 300 W: 728 + 1440
  const auto choice = choose_cap(curve(), objective);
  EXPECT_EQ(choice->point.cap, Watts{200});
  EXPECT_NEAR(choice->cost, 2156, 1e-9);
}

TEST(ChooseCap, WeighsTimeWithThePowerDrawnWhereClocksAreLocked) {
  auto clocks = curve();
  clocks.kind = CapKind::clock;  // 300 MHz at most: no watts
  CapObjective objective;
  objective.kind = CapObjective::Kind::zeus_cost;
  objective.eta = 0.52;
  const auto choice = choose_cap(clocks, objective);
  const double highest_w = clocks.points.back().power.value();
  EXPECT_NEAR(choice->cost,
              0.52 * choice->point.energy.value.value() +
                  0.48 * highest_w * choice->point.time.value.count(),
              1e-9);
}

TEST(ChooseCap, PaysForTheMachineToo) {
  CapObjective objective;
  objective.kind = CapObjective::Kind::money;
  objective.price_per_kwh = 0.3;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{150});
  objective.price_per_hour = 2;
  EXPECT_EQ(choose_cap(curve(), objective)->point.cap, Watts{300});
}

TEST(ChooseCap, AmongEqualsTheFaster) {
  const auto flat = cap_curve({cap_point(100, 1000, 10), cap_point(200, 1000, 10)});
  EXPECT_EQ(choose_cap(flat, {})->point.cap, Watts{200});
}

TEST(ChooseCap, DoubtsWhatTheIntervalsDoNotTellApart) {
  const auto sure = cap_curve({cap_point(100, 1000, 10, 0.001), cap_point(200, 1100, 9, 0.001)});
  const auto unsure = cap_curve({cap_point(100, 1000, 10, 0.1), cap_point(200, 1010, 9, 0.1)});
  EXPECT_LT(choose_cap(sure, {})->doubt, 0.001);
  EXPECT_NEAR(choose_cap(unsure, {})->doubt, 0.47, 0.02);
}

TEST(ChooseCap, OfNothingIsNothing) { EXPECT_FALSE(choose_cap({}, {})); }

TEST(ParetoFront, LeavesOutWhatIsSlowerAndDearer) {
  const auto front = pareto_front(curve());
  ASSERT_EQ(front.size(), 4u);
  EXPECT_EQ(front.front().cap, Watts{300});
  EXPECT_EQ(front.back().cap, Watts{150}) << "100 W costs more energy and time than 150 W";
}

// A sweep that the probes see whole leaves nothing to predict and nothing to lose.
TEST(ScoreProbes, LeavesOutSweepsThatAreNoLongerThanTheProbes) {
  const std::vector sweeps{curve()};
  const auto scores = score_probes(sweeps, 5);
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_EQ(scores[0].configurations, 0u);
}

TEST(ScoreProbes, CountsByDeviceAndOverAll) {
  auto other = curve();
  other.device = "another";
  const std::vector sweeps{curve(), curve(), other};
  const auto scores = score_probes(sweeps, 4);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].device, "another");
  EXPECT_EQ(scores[1].configurations, 2u);
  EXPECT_EQ(scores[2].device, "");
  EXPECT_EQ(scores[2].configurations, 3u);
}

}  // namespace
}  // namespace erg
