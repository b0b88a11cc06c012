// SPDX-License-Identifier: Apache-2.0
#include "erg/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

Timeline of_kind(ChannelKind kind, double resolution = 1) {
  Channel channel;
  channel.kind = kind;
  channel.resolution = resolution;
  return Timeline{channel};
}

// A counter of millijoules that sees 100 W for ten seconds.
Timeline hundred_watts() {
  auto timeline = of_kind(ChannelKind::energy_counter, 0.001);
  for (int s = 0; s <= 10; ++s) timeline.append(Sample{at(s), 100'000 * s});
  return timeline;
}

TEST(Timeline, InterpolatesACounter) {
  EXPECT_DOUBLE_EQ(hundred_watts().energy(between(2.5, 4))->value(), 150);
}

TEST(Timeline, IntegratesPowerByTrapezoids) {
  auto power = of_kind(ChannelKind::windowed_power);
  power.append(Sample{at(0), 100});
  power.append(Sample{at(2), 300});
  EXPECT_DOUBLE_EQ(power.energy(between(0, 2))->value(), 400);
  EXPECT_DOUBLE_EQ(power.energy(between(0.5, 1.5))->value(), 200);
  EXPECT_DOUBLE_EQ(power.energy(between(0, 1))->value(), 150);
  EXPECT_DOUBLE_EQ(power.energy(between(1, 1))->value(), 0);
}

TEST(Timeline, DoesNotExtrapolate) {
  EXPECT_FALSE(hundred_watts().energy(between(9, 10.5)));
  EXPECT_FALSE(hundred_watts().energy(between(-1, 1)));
  EXPECT_TRUE(hundred_watts().energy(between(0, 10)));
  auto one = of_kind(ChannelKind::windowed_power);
  EXPECT_FALSE(one.energy(between(0, 0)));
  one.append(Sample{at(0), 1});
  EXPECT_FALSE(one.energy(between(0, 0)));
}

TEST(Timeline, TheReferenceIntegralHoldsTheLastPower) {
  auto power = of_kind(ChannelKind::windowed_power);
  power.append(Sample{at(1), 10});
  power.append(Sample{at(2), 20});
  EXPECT_DOUBLE_EQ(power.energy_clamped(between(0, 4)).value(), 10 + 15 + 40);
  EXPECT_DOUBLE_EQ(power.energy_clamped(between(5, 6)).value(), 20);
  EXPECT_DOUBLE_EQ(power.energy_clamped(between(-2, -1)).value(), 10);
  EXPECT_DOUBLE_EQ(hundred_watts().energy_clamped(between(9, 12)).value(), 100);
  EXPECT_DOUBLE_EQ(of_kind(ChannelKind::windowed_power).energy_clamped(between(0, 1)).value(), 0);
}

TEST(Timeline, AGaugeHasNoEnergy) {
  auto gauge = of_kind(ChannelKind::gauge);
  gauge.append(Sample{at(0), 50});
  gauge.append(Sample{at(1), 60});
  EXPECT_FALSE(gauge.energy(between(0, 1)));
  EXPECT_DOUBLE_EQ(*gauge.value_at(at(0.5)), 55);
  EXPECT_DOUBLE_EQ(*gauge.value_at(at(1)), 60);
  EXPECT_FALSE(gauge.value_at(at(1.1)));
}

TEST(Timeline, AcrossAGapNobodyKnows) {
  auto timeline = hundred_watts();
  timeline.append(Gap{between(6, 7), GapReason::reset});
  timeline.append(Gap{between(2, 3), GapReason::reset});
  EXPECT_FALSE(timeline.energy(between(1, 4)));
  EXPECT_FALSE(timeline.energy(between(6.2, 6.4)));
  EXPECT_TRUE(timeline.energy(between(3, 6)));
  EXPECT_EQ(timeline.gaps().front().interval, between(2, 3)) << "in time order";
}

TEST(Timeline, MadeAtOnceIsTheOneMadeByAppending) {
  for (const auto kind :
       {ChannelKind::energy_counter, ChannelKind::windowed_power, ChannelKind::gauge}) {
    Channel channel;
    channel.kind = kind;
    channel.resolution = 0.25;
    Timeline appended{channel};
    std::vector<Timestamp> times;
    std::vector<std::int64_t> counts;
    for (int i = 0; i < 50; ++i) {
      times.push_back(testing::at(i + 0.01 * (i % 7)));
      counts.push_back(i * i);
      ASSERT_TRUE(appended.append({times.back(), counts.back()}));
    }
    const Timeline at_once{channel, times, counts};
    EXPECT_EQ(at_once.size(), appended.size());
    const Interval middle = testing::between(3.3, 41.7);
    EXPECT_EQ(at_once.energy_clamped(middle), appended.energy_clamped(middle));
    EXPECT_EQ(at_once.energy(middle).has_value(), kind != ChannelKind::gauge);
  }
}

TEST(Timeline, RefusesWhatGoesBack) {
  auto timeline = hundred_watts();
  EXPECT_FALSE(timeline.append(Sample{at(10), 2'000'000}));
  EXPECT_FALSE(timeline.append(Sample{at(9), 2'000'000}));
  EXPECT_FALSE(timeline.append(Sample{at(11), 999'999}));
  EXPECT_EQ(timeline.size(), 11u);
  EXPECT_TRUE(timeline.append(Sample{at(11), 1'000'000}));
}

class TimelineProperty : public ::testing::TestWithParam<ChannelKind> {
 protected:
  Timeline random_timeline() {
    auto timeline = of_kind(GetParam(), 0.01);
    std::int64_t count = 0;
    double time = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto step = static_cast<std::int64_t>(random_() % 30'000);
      count = GetParam() == ChannelKind::energy_counter ? count + step : step;
      timeline.append(Sample{at(time), count});
      time += 0.01 + uniform_(random_);
    }
    return timeline;
  }
  double uniform() { return uniform_(random_); }

 private:
  std::mt19937_64 random_{7};
  std::uniform_real_distribution<double> uniform_{0, 1};
};

// Cutting an interval in two neither makes nor loses energy.
TEST_P(TimelineProperty, EnergyIsAdditive) {
  const auto timeline = random_timeline();
  for (int trial = 0; trial < 1000; ++trial) {
    double cut[] = {uniform() * 400, uniform() * 400, uniform() * 400};
    std::sort(std::begin(cut), std::end(cut));
    const auto left = timeline.energy(between(cut[0], cut[1]));
    const auto right = timeline.energy(between(cut[1], cut[2]));
    const auto whole = timeline.energy(between(cut[0], cut[2]));
    ASSERT_TRUE(left && right && whole);
    EXPECT_NEAR((*left + *right).value(), whole->value(), 1e-6);
    EXPECT_GE(left->value(), 0);
  }
}

// A sweep with a hint, whatever the hint, is the same integral.
TEST_P(TimelineProperty, TheHintOnlySavesTime) {
  const auto timeline = random_timeline();
  std::size_t sweep = 0;
  for (double time = -5; time < 520; time += 0.37) {
    const auto swept = timeline.energy_until(at(time), sweep);
    std::size_t anywhere = static_cast<std::size_t>(uniform() * 1000);
    EXPECT_DOUBLE_EQ(timeline.energy_until(at(time), anywhere).value(), swept.value());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TimelineProperty,
                         ::testing::Values(ChannelKind::energy_counter,
                                           ChannelKind::windowed_power));

}  // namespace
}  // namespace erg
