// SPDX-License-Identifier: Apache-2.0
#include "erg/full_run.h"

#include <gmock/gmock.h>

#include <random>

#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;  // NOLINT: the builders

// `made` steps of `step` seconds at 100 W, the first one twice as long, and a test of 2 s after
// them; of 10 epochs of 100 steps.
Run cut_short(int made, double step, double jitter = 0) {
  PartBuilder part;
  std::mt19937 random{7};
  std::uniform_real_distribution<double> spread{1 - jitter, 1 + jitter};
  double now = 1;
  for (int i = 0; i < made; ++i) {
    const double end = now + step * (i == 0 ? 2 : spread(random));
    part.span(SpanKind::step, "step", now, end);
    now = end;
  }
  part.span(SpanKind::phase, "evaluate", now, now + 2);
  now += 2;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, std::ceil(now), 0.02,
                             [](double) { return 100.0; });
  part.span(SpanKind::run, "run", 0, now);
  erg::Run run = run_of({part.build()});
  auto& environment = run.header.environment;
  environment.workload.epochs = 10;
  environment.workload.steps_per_epoch = 100;
  environment.tags = {{kMaxStepsTag, std::to_string(made)}, {kTestsTag, "0.5"}};
  return run;
}

TEST(FullRun, AddsTheMissingStepsAndTestsAtTheirOwnPrice) {
  const auto full = extrapolate(cut_short(50, 0.2));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->steps, 50);
  EXPECT_EQ(full->planned, 1000);
  // 1 s before, 51 x 0.2 s, 2 s of test; then 950 steps, and 9.5 whole tests of 4 s.
  const double seconds = 1 + 10.2 + 2 + 950 * 0.2 + 9.5 * 4;
  EXPECT_NEAR(full->time.count(), seconds, 1e-6);
  EXPECT_NEAR(full->energy.value(), 100 * seconds, 1);
}

TEST(FullRun, HasAnIntervalOfItsStepsAndOfTheGain) {
  const auto steady = extrapolate(cut_short(50, 0.2));
  const auto restless = extrapolate(cut_short(50, 0.2, 0.5));
  ASSERT_TRUE(steady && steady->range && restless && restless->range);
  const auto half = [](const FullRun& full) {
    return (full.range->energy_high - full.range->energy_low).value() / 2;
  };
  // The gain is 2.5 %, the steps of one length.
  EXPECT_NEAR(half(*steady), 1.96 * 0.025 * steady->energy.value(), 20);
  EXPECT_NEAR((steady->range->time_high - steady->range->time_low).count(), 0, 1e-6);
  EXPECT_GT(half(*restless), 1.05 * half(*steady));
  EXPECT_LT(restless->range->time_low, restless->time);
  EXPECT_GT(restless->range->time_high, restless->time);
}

// 200 runs of steps that vary: the truth lies in the interval of the time as often as it says.
TEST(FullRun, CoversTheTruth) {
  std::mt19937 random{11};
  std::normal_distribution<double> length{0.2, 0.03};
  int covered = 0;
  for (int i = 0; i < 200; ++i) {
    PartBuilder part;
    double now = 0;
    for (int step = 0; step < 40; ++step) {
      const double end = now + std::max(0.05, length(random));
      part.span(SpanKind::step, "step", now, end);
      now = end;
    }
    part.device(gpu()).samples(power_channel("GPU-1"), 0, std::ceil(now), 0.5,
                               [](double) { return 100.0; });
    part.span(SpanKind::run, "run", 0, now);
    erg::Run run = run_of({part.build()});
    run.header.environment.workload.epochs = 1;
    run.header.environment.workload.steps_per_epoch = 1000;
    run.header.environment.tags = {{kMaxStepsTag, "40"}};
    const auto full = extrapolate(run);
    ASSERT_TRUE(full && full->range);
    const double truth = now + 960 * 0.2;
    covered += full->range->time_low.count() <= truth && truth <= full->range->time_high.count();
  }
  EXPECT_GE(covered, 180);
  EXPECT_LE(covered, 199);
}

TEST(FullRun, IsNoneOfARunThatWasNotCutShort) {
  erg::Run run = cut_short(50, 0.2);
  run.header.environment.tags.erase(kMaxStepsTag);
  EXPECT_FALSE(extrapolate(run));
  run = cut_short(50, 0.2);
  run.header.environment.workload.epochs = 1;
  run.header.environment.workload.steps_per_epoch = 50;
  EXPECT_FALSE(extrapolate(run));
  EXPECT_FALSE(extrapolate(erg::Run{}));
}

TEST(FullRun, OfTheLevelNoneIsInProportionAndHasNoInterval) {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, 10, 0.02, [](double) { return 100.0; });
  part.span(SpanKind::run, "run", 0, 10).span(SpanKind::epoch, "epoch 0", 0, 10);
  erg::Run run = run_of({part.build()});
  run.header.environment.workload.epochs = 2;
  run.header.environment.workload.steps_per_epoch = 100;
  run.header.environment.tags = {{kMaxStepsTag, "50"}};
  const auto full = extrapolate(run);
  ASSERT_TRUE(full);
  EXPECT_NEAR(full->energy.value(), 4000, 1e-6);
  EXPECT_NEAR(full->time.count(), 40, 1e-9);
  EXPECT_FALSE(full->range);
}

}  // namespace
}  // namespace erg
