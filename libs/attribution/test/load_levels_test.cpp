// SPDX-License-Identifier: Apache-2.0
#include "erg/load_levels.h"

#include <gtest/gtest.h>

#include <random>

#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;

constexpr double kIdleW = 80, kHighW = 440, kLowW = 160;

// Loads a and b by turns, `half_s` each, between idle seconds; a sensor that shows every 100 ms the
// mean of the last `window_s`, late by `delay_s`, and is polled every 10 ms.
struct Wave {
  double half_s = 3;
  double window_s = 0.1;
  double delay_s = 0.04;
  double seconds = 12;

  double watts(double t) const {
    if (t < 1 || t >= 1 + seconds) return kIdleW;
    return static_cast<int>((t - 1) / half_s) % 2 == 0 ? kHighW : kLowW;
  }

  double shown(double t) const {
    double sum = 0;
    const int parts = 200;
    for (int i = 0; i < parts; ++i) sum += watts(t - delay_s - window_s * (i + 0.5) / parts);
    return sum / parts;
  }

  SpanTable spans() const {
    SpanTable table;
    const NameId names[] = {table.intern("a"), table.intern("b")};
    for (int i = 0; (i + 1) * half_s <= seconds + 1e-9; ++i) {
      Span span;
      span.name = names[i % 2];
      span.interval = between(1 + i * half_s, 1 + (i + 1) * half_s);
      table.append(span);
    }
    return table;
  }

  Timeline power() const {
    Channel channel = power_channel("gpu-0");
    channel.resolution = 0.01;
    Timeline line{channel};
    std::mt19937 random{7};
    std::normal_distribution<double> noise{0, 0.5};
    double held = kIdleW;
    for (int i = 0; i * 0.01 < seconds + 2; ++i) {
      if (i % 10 == 0) held = shown(i * 0.01) + noise(random);
      line.append({at(i * 0.01), std::llround(held / channel.resolution)});
    }
    return line;
  }
};

TEST(LoadLevels, OfLongHalvesAreFoundBehindAnyWindow) {
  for (const double window : {0.025, 0.1, 1.0}) {
    Wave wave;
    wave.window_s = window;
    const auto found = load_levels(wave.spans(), wave.power());
    ASSERT_EQ(found.levels.size(), 2u);
    EXPECT_EQ(found.levels[0].name, "a");
    EXPECT_NEAR(found.levels[0].time.count(), 6, 1e-6);
    ASSERT_TRUE(found.levels[0].regression && found.levels[1].regression) << window;
    EXPECT_NEAR(found.levels[0].regression->value(), kHighW, 0.01 * kHighW) << window;
    EXPECT_NEAR(found.levels[1].regression->value(), kLowW, 0.02 * kLowW) << window;
  }
}

TEST(LoadLevels, OfAMovingAverageAreMissedByTheTimelineAlone) {
  Wave wave;
  wave.window_s = 1;
  const auto found = load_levels(wave.spans(), wave.power());
  EXPECT_GT(found.levels[1].timeline.value(), 1.1 * kLowW);
  EXPECT_NEAR(Seconds{found.window}.count(), 1, 1e-9);
}

TEST(LoadLevels, OfAWaveAsLongAsTheWindowAreNotResolved) {
  Wave wave;
  wave.half_s = 0.05;
  wave.seconds = 8;
  const auto found = load_levels(wave.spans(), wave.power());
  ASSERT_EQ(found.levels.size(), 2u);
  for (const auto& level : found.levels) {
    EXPECT_FALSE(level.regression) << level.name;
    EXPECT_NEAR(level.timeline.value(), 300, 10);
  }
}

TEST(LoadLevels, NeedLoadsAndReadings) {
  const Wave wave;
  EXPECT_TRUE(load_levels(SpanTable{}, wave.power()).levels.empty());
  EXPECT_TRUE(load_levels(wave.spans(), Timeline{power_channel("gpu-0")}).levels.empty());
}

}  // namespace
}  // namespace erg
