// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;

constexpr double kForwardW = 589, kBackwardW = 520, kCopyW = 137, kEvaluateW = 300;

// Steps of copy, forward and backward seen by a jittered, low-passed sensor of 20 ms; between
// stretches of 20 steps an evaluation and a stall, where the composition is to vary.
erg::Run training(bool varied) {
  PartBuilder part;
  part.device(gpu());
  std::vector<std::pair<double, double>> power;  // until, watts
  double now = 0;
  std::mt19937 random{3};
  std::uniform_real_distribution<double> length{0.5, 3};
  const auto play = [&](const char* name, double seconds, double watts) {
    part.device_span(SpanKind::phase, name, now, now + seconds);
    now += seconds;
    power.emplace_back(now, watts);
  };
  while (now < 120) {
    const int steps = varied ? static_cast<int>(20 * length(random)) : 20;
    for (int i = 0; i < steps; ++i) {
      if (!varied || i % 20 < 10) play("to_device", 0.004, kCopyW);
      play("forward", 0.02, kForwardW);
      play("backward", 0.04, kBackwardW);
    }
    if (!varied) continue;
    play("evaluate", length(random), kEvaluateW);
    play("data", length(random), 80);
  }
  std::uniform_real_distribution<double> jitter{-0.009, 0.009};
  std::normal_distribution<double> noise{0, 2};
  double held = 80;
  std::size_t at_piece = 0;
  std::vector<double> seen;
  for (double t = 0; t < now; t += 0.001) {
    while (at_piece + 1 < power.size() && power[at_piece].first <= t) ++at_piece;
    held += 0.08 * (power[at_piece].second - held);
    seen.push_back(held);
  }
  part.samples(power_channel("GPU-1"), 0, std::floor(now / 0.02) * 0.02, 0.02, [&](double t) {
    const double moment =
        std::clamp((t + jitter(random)) / 0.001, 0.0, static_cast<double>(seen.size() - 1));
    return seen[static_cast<std::size_t>(moment)] + noise(random);
  });
  part.span(SpanKind::run, "run", 0, now);
  return run_of({part.build()});
}

Breakdown by_regression(bool varied) {
  AttributionOptions options;
  options.method = AttributionMethod::regression;
  return attribute(training(varied), options);
}

TEST(Regression, InTheSteadyStateNothingIsResolvedAndThatIsSaid) {
  const auto result = by_regression(false);
  for (const auto& each : result.rows) {
    EXPECT_FALSE(each.energy) << each.name << " " << joules(&each) / seconds(&each) << " W";
    EXPECT_EQ(each.method, "regression: not resolved");
    EXPECT_GT(seconds(&each), 0);
  }
  EXPECT_NEAR(joules(&result.unattributed), joules(&result.total), 1e-6);
}

TEST(Regression, WhereTheCompositionVariesClassesResolveWithinFivePercent) {
  const auto result = by_regression(true);
  const auto* evaluate = row(result, "evaluate");
  const auto* data = row(result, "data");
  ASSERT_TRUE(evaluate->energy);
  EXPECT_NEAR(joules(evaluate) / seconds(evaluate) / kEvaluateW, 1, 0.05);
  ASSERT_TRUE(data->energy);
  EXPECT_NEAR(joules(data) / seconds(data) / 80, 1, 0.05);
  // Forward and backward never part: whatever is said of them must hold.
  for (const auto& [name, watts] : {std::pair{"forward", kForwardW}, {"backward", kBackwardW}}) {
    const auto* phase = row(result, name);
    if (!phase->energy) continue;
    EXPECT_NEAR(joules(phase) / seconds(phase) / watts, 1, 0.05) << name;
  }
}

}  // namespace
}  // namespace erg
