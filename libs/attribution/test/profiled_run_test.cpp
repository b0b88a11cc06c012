// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "erg/design_solve.h"
#include "run_builder.h"
#include "simulated_profile.h"

namespace erg {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Five layers of 2 ms and 500 W forward, 4 ms and 600 W back.
SimulatedStep five_layers() {
  SimulatedStep step;
  step.copy = {{0.002, 150}};
  step.optimizer = {{0.001, 300}};
  for (int i = 0; i < 5; ++i) {
    const std::string name = "Conv2d_" + std::to_string(i);
    step.layers[name] = {{0.002, 500}, {0.004, 600}};
    step.order.push_back(name);
    step.forward.push_back({0.002, 500});
    step.backward.push_back({0.004, 600});
  }
  return step;
}

StepTimes times_of(const SimulatedStep& step) {
  StepTimes times;
  times.device = Seconds{0.033};
  for (const auto& name : step.order) {
    times.layers.push_back({name, Seconds{0.002}, Seconds{0.004}, {}, {}, "Conv2d"});
  }
  return times;
}

AttributionOptions by_layer(const SimulatedStep& step) {
  AttributionOptions options;
  options.by = Grouping::layer;
  options.layer_order = step.order;
  return options;
}

TEST(LayerProfile, PrefixesOfTheForwardAgreeWithTheirLayers) {
  const auto step = five_layers();
  ProfileBudget budget;
  budget.all = Seconds{60};
  const auto blocks = plan_blocks(layer_designs(times_of(step)), budget);
  const auto profile = simulate(blocks, step, {}, {}, 1);
  const auto result = attribute(profile.run, by_layer(step));
  EXPECT_EQ(result.method, "designs");
  EXPECT_NEAR(joules(row(result, "Conv2d_3", Pass::backward)), 2.4 * profile.drift_factor, 0.05);
  EXPECT_THAT(result.notes, Contains(HasSubstr("forward to Conv2d_1: its layers against it")));
  // Layers that hold more than the network has do not fit into the cut forward.
  auto run = profile.run;
  for (auto& block : run.parts[0].blocks) {
    if (block.design == "step with Conv2d_0 forward") block.repetitions /= 2;
  }
  const auto wrong = attribute(run, by_layer(step));
  EXPECT_THAT(wrong.notes, Contains(HasSubstr("Conv2d_1: its layers against it +49.")));
}

TEST(LayerProfile, WithoutTheOrderOfLayersNoPrefixIsJudged) {
  const auto step = five_layers();
  const auto profile = simulate(plan_blocks(layer_designs(times_of(step)), {}), step, {}, {}, 1);
  auto options = by_layer(step);
  options.layer_order.clear();
  EXPECT_THAT(attribute(profile.run, options).notes, Not(Contains(HasSubstr("forward to"))));
}

TEST(LayerProfile, LayersMeasuredTogetherAreOneRowAndOneOfTheirKind) {
  auto step = five_layers();
  StepTimes times = times_of(step);
  step.layers["Conv2d_3 + Conv2d_4"] = {{0.004, 500}, {0.008, 600}};
  times.layers[3].name = "Conv2d_3 + Conv2d_4";
  times.layers.pop_back();
  step.order = {"Conv2d_0", "Conv2d_1", "Conv2d_2", "Conv2d_3", "Conv2d_4"};
  auto designs = layer_designs(times);
  std::erase_if(designs, [](const auto& each) { return each.until == "Conv2d_3 + Conv2d_4"; });
  const auto profile = simulate(plan_blocks(designs, {}), step, {}, {}, 1);
  const auto layers = attribute(profile.run, by_layer(step));
  EXPECT_EQ(row(layers, "Conv2d_3 + Conv2d_4", Pass::forward)->count, 2u);
  EXPECT_NEAR(imbalance(layers), 0, 1e-9);
  auto kinds = by_layer(step);
  kinds.by = Grouping::layer_kind;
  const auto result = attribute(profile.run, kinds);
  ASSERT_NE(row(result, "Conv2d", Pass::forward), nullptr);
  EXPECT_EQ(row(result, "Conv2d", Pass::forward)->count, 5u);
}

TEST(LayerProfile, LeavesWhatThePassesLeaveAsUncertainAsThat) {
  const auto step = five_layers();
  ProfileBudget budget;
  budget.all = Seconds{60};
  const auto profile =
      simulate(plan_blocks(layer_designs(times_of(step)), budget), step, {}, {}, 1);
  const auto layers = attribute(profile.run, by_layer(step));
  const auto phases = attribute(profile.run);
  const auto* rest = row(phases, "to_device+optimizer");
  ASSERT_NE(rest, nullptr);
  EXPECT_NEAR(layers.unattributed.energy->value.value(), joules(rest), 1e-9);
  EXPECT_NEAR(layers.unattributed.energy->independent_u.value(),
              rest->energy->independent_u.value(), 1e-9);
}

TEST(PhaseProfile, TellsSmallPhasesByTheirRepetition) {
  const auto step = five_layers();
  ProfileBudget budget;
  budget.all = Seconds{40};
  const auto profile = simulate(plan_blocks(phase_designs(), budget), step, {}, {}, 1);
  const auto result = attribute(profile.run);
  const double factor = profile.drift_factor;
  EXPECT_NEAR(joules(row(result, "to_device")), 0.3 * factor, 0.02);
  EXPECT_NEAR(joules(row(result, "optimizer")), 0.3 * factor, 0.02);
  EXPECT_LT(row(result, "optimizer")->energy->independent_u.value(), 0.03);
  EXPECT_NEAR(joules(row(result, "backward")), 12 * factor, 0.1);
  EXPECT_THAT(result.notes, Contains(HasSubstr("closure step ")));
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
  // Where one of the two was not repeated they stay one.
  auto run = profile.run;
  std::erase_if(run.parts[0].blocks, [](const Block& block) {
    return block.design == "step with to_device + optimizer again";
  });
  EXPECT_NE(row(attribute(run), "to_device+optimizer"), nullptr);
}

// A training of 400 steps at `watts`, then a profile of steps that take 500 J.
TEST(ProfiledRun, SaysWhatTheStepsOfItsTrainingTook) {
  auto step = five_layers();
  const auto profile = simulate(plan_blocks(phase_designs(), {}), step, {}, {}, 1);
  erg::Run run = profile.run;
  Part& part = run.parts[0];
  const double energy_j = testing::energy_j(step.forward) + testing::energy_j(step.backward) +
                          testing::energy_j(step.copy) + testing::energy_j(step.optimizer);
  Timeline power{part.timelines[0].channel()};
  const double watts = 1.1 * energy_j / 0.05;  // a training that takes a tenth more
  for (double t = -30; t < -3; t += 0.02) {
    power.append({at(t), std::llround(watts / power.channel().resolution)});
  }
  for (std::size_t i = 0; i < part.timelines[0].size(); ++i) {
    power.append(part.timelines[0].sample(i));
  }
  part.timelines[0] = power;
  Span epoch;
  epoch.name = part.spans.intern("epoch 0");
  epoch.kind = SpanKind::epoch;
  epoch.interval = between(-30, -5);
  const auto parent = part.spans.append(epoch);
  for (int i = 0; i < 400; ++i) {
    Span each;
    each.name = part.spans.intern("step");
    each.kind = SpanKind::step;
    each.parent = parent;
    each.interval = between(-28 + 0.05 * i, -28 + 0.05 * (i + 1));
    part.spans.append(each);
  }
  const auto result = attribute(run);
  EXPECT_EQ(result.method, "designs");
  EXPECT_THAT(result.notes, Contains(::testing::AllOf(HasSubstr("a step of the profile took -"),
                                                      HasSubstr("360 steps of the training"))));
  AttributionOptions timeline;
  timeline.method = AttributionMethod::timeline;
  EXPECT_EQ(attribute(run, timeline).method, "timeline");
}

TEST(ProfiledRun, NamesTheChannelItWouldBeMeasuredBy) {
  const auto profile = simulate(plan_blocks(phase_designs(), {}), five_layers(), {}, {}, 1);
  EXPECT_EQ(profile_channel(profile.run, "GPU-1")->name, "power_ring");
  EXPECT_FALSE(profile_channel(profile.run, "GPU-2"));
  auto run = profile.run;
  run.parts[0].timelines.clear();
  EXPECT_FALSE(profile_channel(run, "GPU-1"));
  EXPECT_THROW(fit_designs(run), AttributionError);
}

}  // namespace
}  // namespace erg
