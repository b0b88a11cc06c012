// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_model.h"

#include <gtest/gtest.h>

#include <random>

#include "curves.h"

namespace erg {
namespace {

using testing::cap_curve;
using testing::cap_point;
using testing::physical_point;

std::vector<Watts> levels(double first, double last, double step) {
  std::vector<Watts> caps;
  for (double cap = first; cap <= last; cap += step) caps.push_back(Watts{cap});
  return caps;
}

TEST(ProbeCaps, AreTheEndsAndHalvingsBetween) {
  EXPECT_EQ(probe_caps(levels(100, 300, 25), 4),
            (std::vector{Watts{100}, Watts{150}, Watts{200}, Watts{300}}));
}

TEST(ProbeCaps, TheirRuleIsToldInWords) {
  EXPECT_EQ(probe_rule(2), "the highest and the lowest cap");
  EXPECT_EQ(probe_rule(4),
            "the highest and the lowest cap, and those nearest to 1/2, 1/4 of the range between");
  EXPECT_EQ(probe_rule(9), probe_rule(5));
}

TEST(ProbeCaps, NeverTakeALevelTwice) {
  const auto caps = probe_caps(levels(100, 200, 20), 5);
  EXPECT_EQ(std::set<Watts>(caps.begin(), caps.end()).size(), 5u);
}

TEST(ProbeCaps, AreAllLevelsWhereThereAreFew) {
  EXPECT_EQ(probe_caps(levels(100, 150, 25), 4), levels(100, 150, 25));
}

TEST(CapModel, GivesMeasuredCapsBackAsTheyWere) {
  const auto measured = cap_curve({physical_point(100), physical_point(200), physical_point(300)});
  const CapModel model{measured};
  for (const auto& point : measured.points) {
    EXPECT_EQ(model.at(point.cap).time.value, point.time.value);
    EXPECT_EQ(model.at(point.cap).energy.provenance, Provenance::measured);
  }
}

// Devices drawn at random from the model's own physics: four probes tell the rest.
TEST(CapModel, PredictsWhatItDidNotSee) {
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> uniform{0, 1};
  double worst = 0, sum = 0;
  int count = 0, inside = 0;
  for (int trial = 0; trial < 50; ++trial) {
    const double free_w = 150 + 150 * uniform(random), static_w = 20 + 60 * uniform(random);
    const double exponent = 0.4 + 0.5 * uniform(random);
    const auto all = levels(100, 300, 25);
    CapCurve probed;
    for (const Watts cap : probe_caps(all, 4)) {
      probed.points.push_back(physical_point(cap.value(), free_w, static_w, exponent));
    }
    const CapModel model{probed};
    for (const Watts cap : all) {
      const auto truth = physical_point(cap.value(), free_w, static_w, exponent);
      const auto guess = model.at(cap);
      const double error = std::abs(guess.time.value / truth.time.value - 1);
      worst = std::max(worst, error);
      sum += error;
      ++count;
      if (std::abs((guess.time.value - truth.time.value).count()) <=
          1.96 * guess.time.independent_u.count() + 1e-9) {
        ++inside;
      }
    }
  }
  EXPECT_LT(sum / count, 0.01);
  EXPECT_LT(worst, 0.08);
  EXPECT_GT(inside, 0.95 * count);
}

TEST(CapModel, IsLessSureBetweenFewerProbes) {
  const CapModel four{cap_curve(
      {physical_point(100), physical_point(150), physical_point(200), physical_point(300)})};
  const CapModel two{cap_curve({physical_point(100), physical_point(300)})};
  EXPECT_LT(four.at(Watts{175}).time.independent_u, two.at(Watts{175}).time.independent_u);
  EXPECT_EQ(two.at(Watts{175}).energy.provenance, Provenance::modelled);
}

// Half the watts of everything, the same shape: no watt is special.
TEST(CapModel, KnowsNoWatts) {
  CapCurve large, small;
  for (const double cap : {100.0, 150.0, 200.0, 300.0}) {
    large.points.push_back(physical_point(cap));
    small.points.push_back(physical_point(cap));
    small.points.back().cap = Watts{cap / 4};
    small.points.back().power = small.points.back().power / 4;
  }
  const CapModel one{large}, other{small};
  for (double cap = 100; cap <= 300; cap += 12.5) {
    EXPECT_NEAR(one.at(Watts{cap}).time.value.count(), other.at(Watts{cap / 4}).time.value.count(),
                1e-9);
  }
}

// Times that follow no physics of a clock: what the monotone cubic is for.
TEST(CapModel, FollowsWhatItsPhysicsDoesNotKnow) {
  const auto slow = [](double cap) { return 10 * std::exp(std::pow((300 - cap) / 150, 3) / 2); };
  CapCurve measured;
  for (const double cap : {100.0, 150.0, 200.0, 300.0}) {
    measured.points.push_back(cap_point(cap, cap * slow(cap), slow(cap)));
  }
  const CapModel model{measured};
  for (const double cap : {125.0, 175.0, 225.0, 250.0, 275.0}) {
    EXPECT_NEAR(model.at(Watts{cap}).time.value.count() / slow(cap), 1, 0.06) << cap;
  }
}

TEST(CapModel, RefusesWhatIsNoMeasurement) {
  EXPECT_THROW(CapModel{cap_curve({physical_point(200), physical_point(200)})},
               std::invalid_argument);
  EXPECT_THROW(CapModel{cap_curve({physical_point(300), physical_point(200)})},
               std::invalid_argument);
  EXPECT_THROW(CapModel{cap_curve({physical_point(100)})}, std::invalid_argument);
  EXPECT_THROW((CapModel{cap_curve({physical_point(100), cap_point(200, 0, 1)})}),
               std::invalid_argument);
  EXPECT_THROW((CapModel{cap_curve({physical_point(100), cap_point(200, 1, 0)})}),
               std::invalid_argument);
}

}  // namespace
}  // namespace erg
