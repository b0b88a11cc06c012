// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "erg/attribute.h"
#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

AttributionOptions by(Grouping grouping) {
  AttributionOptions options;
  options.by = grouping;
  return options;
}

double constant(double) { return 100; }

// 100 W for 10 s, in a run span of exactly that.
PartBuilder plain_gpu_part() {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, 10, 0.02, constant);
  part.span(SpanKind::run, "run", 0, 10);
  return part;
}

TEST(TimelineMethod, DividesByTheSpansAndLeavesTheRestUnattributed) {
  auto part = plain_gpu_part();
  part.device_span(SpanKind::phase, "backward", 4, 7);
  part.device_span(SpanKind::phase, "forward", 2, 4);
  part.device_span(SpanKind::phase, "forward", 7, 8);
  const auto result = attribute(run_of({part.build()}));
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].name, "forward");  // the order of a step, not of the spans
  EXPECT_EQ(result.rows[0].count, 2u);
  EXPECT_NEAR(joules(&result.rows[0]), 300, 1e-9);
  EXPECT_NEAR(joules(&result.rows[1]), 300, 1e-9);
  EXPECT_NEAR(joules(&result.unattributed), 400, 1e-9);
  EXPECT_NEAR(seconds(&result.unattributed), 4, 1e-9);
  EXPECT_NEAR(joules(&result.total), 1000, 1e-9);
  EXPECT_NEAR(seconds(&result.total), 10, 1e-9);
  EXPECT_EQ(result.rows[0].device, "GPU-1");
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(TimelineMethod, RowsAddUpForAnySpans) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> when{0, 10}, length{0, 0.5}, power{50, 400};
  for (int trial = 0; trial < 50; ++trial) {
    PartBuilder part;
    part.device(gpu()).samples(power_channel("GPU-1"), 0, 10, 0.02,
                               [&](double) { return power(random); });
    part.span(SpanKind::run, "run", 0, 10);
    for (int i = 0; i < 200; ++i) {
      const double begin = when(random);
      const char* names[] = {"a", "b", "c"};
      part.device_span(SpanKind::range, names[i % 3], begin, begin + length(random));
    }
    const auto result = attribute(run_of({part.build()}), by(Grouping::range));
    EXPECT_NEAR(imbalance(result), 0, 1e-9);
    double time = seconds(&result.unattributed);
    for (const auto& each : result.rows) time += seconds(&each);
    EXPECT_NEAR(time, 10, 1e-6);
    EXPECT_GE(joules(&result.unattributed), -1e-9);
  }
}

TEST(TimelineMethod, OverlappingPhasesAreCountedOnceAndNoted) {
  auto part = plain_gpu_part();
  part.device_span(SpanKind::phase, "forward", 1, 5);
  part.device_span(SpanKind::phase, "backward", 3, 7);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 400, 1e-9);
  EXPECT_NEAR(joules(row(result, "backward")), 200, 1e-9);
  EXPECT_THAT(result.notes, Contains(HasSubstr("overlap by 2")));
}

TEST(TimelineMethod, InsideASpanOfItsKindTheInnerOneHasTheTime) {
  auto part = plain_gpu_part();
  part.device_span(SpanKind::layer, "block", 1, 9, Pass::forward);
  part.device_span(SpanKind::layer, "conv", 2, 5, Pass::forward);
  part.device_span(SpanKind::layer, "relu", 5, 6, Pass::forward);
  const auto result = attribute(run_of({part.build()}), by(Grouping::layer));
  EXPECT_NEAR(joules(row(result, "block", Pass::forward)), 400, 1e-9);
  EXPECT_NEAR(joules(row(result, "conv", Pass::forward)), 300, 1e-9);
  EXPECT_NEAR(joules(row(result, "relu", Pass::forward)), 100, 1e-9);
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("overlap"))));
}

TEST(TimelineMethod, LayersKeepTheirPassAndShareTheirKind) {
  auto part = plain_gpu_part();
  part.device_span(SpanKind::layer, "Conv2d_0", 1, 2, Pass::forward);
  part.device_span(SpanKind::layer, "Conv2d_3", 2, 4, Pass::forward);
  part.device_span(SpanKind::layer, "features.5", 4, 5, Pass::forward);
  part.device_span(SpanKind::layer, "Conv2d_0", 5, 8, Pass::backward);
  auto options = by(Grouping::layer_kind);
  options.layer_kinds["features.5"] = "MaxPool2d";
  const auto result = attribute(run_of({part.build()}), options);
  EXPECT_NEAR(joules(row(result, "Conv2d", Pass::forward)), 300, 1e-9);
  EXPECT_NEAR(joules(row(result, "MaxPool2d", Pass::forward)), 100, 1e-9);
  EXPECT_NEAR(joules(row(result, "Conv2d", Pass::backward)), 300, 1e-9);
}

TEST(TimelineMethod, LayersTimedInSomeStepsStandForAll) {
  auto part = plain_gpu_part();
  for (int step = 0; step < 10; ++step) {  // forward .6 s, backward .4 s
    part.device_span(SpanKind::phase, "forward", step, step + 0.6);
    part.device_span(SpanKind::phase, "backward", step + 0.6, step + 1);
    if (step != 2 && step != 7) continue;
    part.device_span(SpanKind::layer, "conv", step, step + 0.4, Pass::forward);
    part.device_span(SpanKind::layer, "linear", step + 0.4, step + 0.6, Pass::forward);
    part.device_span(SpanKind::layer, "conv", step + 0.7, step + 1, Pass::backward);
  }
  const auto result = attribute(run_of({part.build()}), by(Grouping::layer));
  EXPECT_NEAR(seconds(row(result, "conv", Pass::forward)), 4, 1e-6);
  EXPECT_NEAR(joules(row(result, "conv", Pass::forward)), 400, 1e-4);
  EXPECT_NEAR(joules(row(result, "linear", Pass::forward)), 200, 1e-4);
  EXPECT_NEAR(joules(row(result, "conv", Pass::backward)), 300, 1e-4);
  EXPECT_EQ(row(result, "conv", Pass::forward)->count, 10u);
  EXPECT_NEAR(joules(&result.unattributed), 100, 1e-3);
  EXPECT_THAT(result.notes, Contains(HasSubstr("scaled to all")));
}

TEST(TimelineMethod, EpochsOfOneNameAreNumbered) {
  auto part = plain_gpu_part();
  part.span(SpanKind::epoch, "epoch", 1, 4).span(SpanKind::epoch, "epoch", 4, 9);
  const auto result = attribute(run_of({part.build()}), by(Grouping::epoch));
  EXPECT_NEAR(joules(row(result, "epoch 1")), 300, 1e-9);
  EXPECT_NEAR(joules(row(result, "epoch 2")), 500, 1e-9);
}

TEST(TimelineMethod, ARunIsOneRow) {
  const auto result = attribute(run_of({plain_gpu_part().build()}), by(Grouping::run));
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_NEAR(joules(&result.rows[0]), 1000, 1e-9);
  EXPECT_NEAR(joules(&result.unattributed), 0, 1e-9);
  EXPECT_NEAR(result.rows[0].energy->common_u, 0.025, 1e-12);
}

TEST(TimelineMethod, AHoleInTheReadingsIsUnattributedAndSaid) {
  for (const bool told : {true, false}) {
    Timeline power{power_channel("GPU-1")};
    for (int i = 0; i <= 500; ++i) {
      const double time = 0.02 * i;
      if (time > 3.001 && time < 4.999) continue;
      power.append({at(time), 100'000'000});
    }
    if (told) power.append(Gap{between(3, 5), GapReason::overrun});
    PartBuilder part;
    part.device(gpu()).add(power).span(SpanKind::run, "run", 0, 10);
    part.device_span(SpanKind::phase, "forward", 2, 6);
    const auto result = attribute(run_of({part.build()}));
    EXPECT_NEAR(joules(row(result, "forward")), 200, 1e-6);
    EXPECT_NEAR(seconds(row(result, "forward")), 2, 1e-6);
    EXPECT_NEAR(joules(&result.total), 800, 1e-6);  // never an invented joule
    EXPECT_NEAR(seconds(&result.total), 10, 1e-9);
    EXPECT_NEAR(joules(&result.unattributed), 600, 1e-6);
    EXPECT_NEAR(seconds(&result.unattributed), 6, 1e-6);  // 10 s less the phase and the hole
    EXPECT_THAT(result.notes, Contains(HasSubstr("no readings for 2 s")));
  }
}

TEST(TimelineMethod, WhatALostDeviceDidAfterwardsIsNotKnown) {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, 4, 0.02, constant);
  part.span(SpanKind::run, "run", 0, 10);
  part.device_span(SpanKind::phase, "forward", 1, 3);
  part.device_span(SpanKind::phase, "backward", 5, 8);
  const auto run = run_of({part.build()});
  const auto phases = attribute(run);
  EXPECT_NEAR(joules(row(phases, "forward")), 200, 1e-6);
  ASSERT_TRUE(row(phases, "backward"));
  EXPECT_FALSE(row(phases, "backward")->energy);
  EXPECT_EQ(row(phases, "backward")->method, "no readings in its time");
  EXPECT_NEAR(seconds(row(phases, "backward")), 3, 1e-9);
  EXPECT_NEAR(seconds(&phases.unattributed), 2, 0.1);
  EXPECT_NEAR(joules(&phases.unattributed), 200, 10);
  const auto devices = attribute(run, by(Grouping::device));
  EXPECT_NEAR(seconds(&devices.rows[0]), 4, 0.1);
  EXPECT_NEAR(joules(&devices.rows[0]) / seconds(&devices.rows[0]), 100, 1e-6);
  EXPECT_NEAR(seconds(&devices.total), 10, 1e-9);
}

TEST(TimelineMethod, TheCounterFillsAHoleButNotItsSpans) {
  Timeline power{power_channel("GPU-1")};
  for (int i = 0; i <= 5000; ++i) {
    const double time = 0.02 * i;
    if (time > 30.001 && time < 34.999) continue;
    power.append({at(time), 100'000'000});
  }
  PartBuilder part;
  part.device(gpu()).add(power).span(SpanKind::run, "run", 0, 100);
  part.samples(energy_channel("GPU-1"), 0, 100, 10, [](double t) { return 100 * t; });
  part.device_span(SpanKind::phase, "forward", 20, 60);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 3500, 1);
  EXPECT_NEAR(joules(&result.total), 10000, 1);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

TEST(TimelineMethod, AnInterruptedRunEndsWithItsLastSample) {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, 6, 0.02, constant);
  part.open_span(SpanKind::run, "run", 0);
  part.device_span(SpanKind::phase, "forward", 1, 2);
  part.open_span(SpanKind::epoch, "epoch", 1);
  erg::Run run = run_of({part.build()});
  run.status = RunStatus::interrupted;
  const auto by_phase = attribute(run);
  const auto by_epoch = attribute(run, by(Grouping::epoch));
  EXPECT_NEAR(joules(row(by_epoch, "epoch 1")), 500, 1e-6);
  EXPECT_NEAR(joules(&by_phase.total), 600, 1e-6);
}

TEST(TimelineMethod, WithoutPowerThereAreTimes) {
  PartBuilder part;
  part.span(SpanKind::run, "run", 0, 10).span(SpanKind::phase, "forward", 1, 3);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_FALSE(result.total.energy);
  EXPECT_FALSE(row(result, "forward")->energy);
  EXPECT_NEAR(seconds(row(result, "forward")), 2, 1e-9);
  EXPECT_NEAR(seconds(&result.unattributed), 8, 1e-9);
  EXPECT_THAT(result.notes, Contains(HasSubstr("times only")));
}

TEST(TimelineMethod, AnEmptyRunGivesAnEmptyBreakdown) {
  for (const auto grouping : {Grouping::run, Grouping::epoch, Grouping::phase, Grouping::layer,
                              Grouping::layer_kind, Grouping::device, Grouping::range}) {
    EXPECT_FALSE(attribute(run_of({}), by(grouping)).total.energy);
    EXPECT_FALSE(attribute(run_of({PartBuilder{}.build()}), by(grouping)).total.energy);
  }
}

TEST(TimelineMethod, ShortSpansAreWideAndLongOnesNarrow) {
  auto part = plain_gpu_part();
  for (int i = 0; i < 400; ++i) {  // 5 ms each: a quarter of what the sensor tells apart
    const double begin = 0.01 * i;
    part.device_span(SpanKind::phase, "forward", begin, begin + 0.005);
    part.device_span(SpanKind::phase, "backward", begin + 0.005, begin + 0.01);
  }
  part.device_span(SpanKind::phase, "evaluate", 4, 9);
  const auto result = attribute(run_of({part.build()}));
  const auto& forward = *row(result, "forward")->energy;
  const auto& evaluate = *row(result, "evaluate")->energy;
  EXPECT_GT(forward.independent_u / forward.value, 0.1);
  EXPECT_LT(evaluate.independent_u / evaluate.value, 0.01);
  EXPECT_EQ(forward.provenance, Provenance::attributed);
  EXPECT_EQ(evaluate.provenance, Provenance::measured);
  // What forward has too much, backward mostly lacks: their sum is far surer than either.
  const auto& c = result.covariance_j2;
  ASSERT_EQ(c.size(), 9u);
  EXPECT_LT(c[0 * 3 + 1], 0);
  EXPECT_LT(std::sqrt(c[0] + c[4] + 2 * c[1]), 0.3 * forward.independent_u.value());
}

TEST(TimelineMethod, AReadingStandsForTheWindowBeforeItsStamp) {
  auto channel = power_channel("GPU-1");
  channel.window = Seconds{1};
  channel.delay = Seconds{0.1};
  PartBuilder part;  // 100 W until 5 s, then 300 W, seen as the mean over [t - 1.1, t - .1]
  part.device(gpu()).samples(
      channel, 0, 12, 0.02, [](double t) { return 100 + 200 * std::clamp(t - 0.1 - 5, 0.0, 1.0); });
  part.span(SpanKind::run, "run", 0, 10);
  part.device_span(SpanKind::phase, "forward", 0, 5);
  part.device_span(SpanKind::phase, "backward", 5, 10);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 500 + 200.0 / 8, 0.1);  // half a ramp of .5 s
  EXPECT_NEAR(joules(row(result, "backward")), 1500 - 200.0 / 8, 0.1);
}

TEST(AboveIdle, TakesIdlePowerOffForTheTimeOfTheRow) {
  const auto result = attribute(run_of({plain_gpu_part().build()}), by(Grouping::run));
  EXPECT_NEAR(above_idle(result.total, Watts{30})->value.value(), 700, 1e-9);
  EXPECT_FALSE(above_idle(BreakdownRow{}, Watts{30}));
}

}  // namespace
}  // namespace erg
