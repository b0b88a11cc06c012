// SPDX-License-Identifier: Apache-2.0
#include "erg/design_plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

namespace erg {
namespace {

using ::testing::HasSubstr;

// A network of `count` layers, each taking a hundredth of a step forward and two back.
StepTimes network(std::size_t count) {
  StepTimes times;
  times.device = Seconds{0.01};
  for (std::size_t i = 0; i < count; ++i) {
    times.layers.push_back({"Conv2d_" + std::to_string(i), Seconds{0.0001}, Seconds{0.0002},
                            Seconds{0.00001}, Seconds{0.00002}, i % 2 == 0 ? "Conv2d" : "ReLU"});
  }
  return times;
}

std::map<std::string, std::size_t> counted(const std::vector<PlannedBlock>& blocks) {
  std::map<std::string, std::size_t> counts;
  for (const auto& block : blocks) ++counts[block.design.name];
  return counts;
}

TEST(LayerDesigns, RepeatALayerForAStepAndCutTheForwardTwice) {
  const auto designs = layer_designs(network(9));
  EXPECT_EQ(designs.size(), 3 + 2 + 18u);
  EXPECT_EQ(designs[3].name, "forward to Conv2d_2");
  EXPECT_EQ(designs[3].until, "Conv2d_2");
  EXPECT_FALSE(designs[3].backward);
  EXPECT_EQ(designs[4].until, "Conv2d_5");
  EXPECT_EQ(designs[5].name, "step with Conv2d_0 forward");
  EXPECT_EQ(designs[5].repetitions, 100);
  EXPECT_EQ(designs[6].repetitions, 50);
}

TEST(LayerDesigns, NeverRepeatOftenerThanTheHostCanLaunch) {
  auto times = network(3);
  times.host = Seconds{0.004};
  times.layers[1].forward = Seconds{0.000004};
  times.layers[1].forward_host = Seconds{0.000010};
  const auto repetitions = [&times] {
    const auto designs = layer_designs(times);
    return std::ranges::find(designs, "step with Conv2d_1 forward", &StepDesign::name)->repetitions;
  };
  // 4 ms + k 10 us of the host in less than .8 (10 ms + k 4 us) of the device.
  EXPECT_EQ(repetitions(), 588);
  times.host = Seconds{0.009};  // the step waits for the host as it is
  EXPECT_EQ(repetitions(), 1000);
}

TEST(LayerDesigns, OfManyLayersRepeatThoseOfAKindTogether) {
  const auto times = network(120);
  const auto designs = layer_designs(times, 260);
  EXPECT_LE(4 * designs.size(), 260u);
  const auto group = std::ranges::find_if(
      designs, [](const auto& each) { return each.layer.find(kTogether) != std::string::npos; });
  ASSERT_NE(group, designs.end());
  EXPECT_THAT(group->layer, HasSubstr("Conv2d_0 + Conv2d_2 + "));  // of one kind
  std::size_t members = 0;
  for (const auto& each : designs) {
    if (each.pass != Pass::forward) continue;
    members += 1 + static_cast<std::size_t>(std::ranges::count(each.layer, '+'));
  }
  EXPECT_EQ(members, 120u);
}

TEST(StepDesigns, AreToldByTheirNames) {
  for (const auto& design : layer_designs(network(9))) {
    EXPECT_EQ(step_design_from(design.name, design.repetitions), design) << design.name;
  }
  for (const auto& design : phase_designs()) {
    EXPECT_EQ(step_design_from(design.name, design.repetitions), design) << design.name;
  }
  const auto updated = step_design_from("forward+backward+optimizer", 0);
  ASSERT_TRUE(updated);
  EXPECT_TRUE(updated->backward && updated->optimizer && !updated->copy);
  for (const auto* name : {"", "forward to ", "step with ", "step with forward", "backward"}) {
    EXPECT_FALSE(step_design_from(name, 3)) << name;
  }
  EXPECT_FALSE(step_design_from("step with Conv2d_0 forward", 0));
}

TEST(Plan, FillsTheTimeAndSpreadsEachDesignOverAllOfIt) {
  ProfileBudget budget;
  budget.all = Seconds{44};
  const auto blocks = plan_blocks(phase_designs(), budget);
  ASSERT_EQ(blocks.size(), 80u);
  for (const auto& [name, count] : counted(blocks)) EXPECT_EQ(count, 16u) << name;
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    const auto begin = blocks.begin() + static_cast<std::ptrdiff_t>(20 * quarter);
    for (const auto& [name, count] : counted({begin, begin + 20}))
      EXPECT_NEAR(static_cast<double>(count), 4, 1) << name;
  }
  budget.seed = 2;
  EXPECT_NE(plan_blocks(phase_designs(), budget), blocks);
}

// After ten blocks of each of some designs.
DesignFit seen(const std::vector<std::string>& names, const std::vector<double>& energies_j) {
  DesignFit fit;
  for (std::size_t i = 0; i < names.size(); ++i) {
    fit.designs.push_back(
        {*step_design_from(names[i], 8), Joules{energies_j[i]}, {}, {}, 10, false});
  }
  fit.covariance_j2.assign(names.size() * names.size(), 0);
  for (std::size_t i = 0; i < names.size(); ++i) fit.covariance_j2[(names.size() + 1) * i] = 1e-6;
  return fit;
}

TEST(Plan, GivesMoreBlocksToTheWidestInterval) {
  const auto fit = seen({"forward", "forward+backward", "forward+backward+optimizer", "step"},
                        {1.5, 4.2, 4.3, 4.5});
  ProfileBudget budget;
  budget.all = Seconds{22};
  // The optimizer is .1 J: what it is the difference of is measured more, the forward least.
  const auto counts = counted(plan_more_blocks(fit, {}, budget));
  EXPECT_GT(counts.at("forward+backward"), 12u);
  EXPECT_GT(counts.at("forward+backward+optimizer"), 12u);
  EXPECT_LE(counts.at("forward"), 5u);  // a quarter of 40 blocks is for all plain designs
  for (const auto& [name, count] : counts) EXPECT_LE(count, 16u) << name;  // no design alone
}

TEST(Plan, ForgetsNoDesignThatHadNoBlockYet) {
  const auto fit = seen({"forward", "forward+backward", "step", "step with Conv2d_0 forward"},
                        {1.5, 4.2, 4.5, 5});
  std::vector<StepDesign> planned{*step_design_from("step", 0),
                                  *step_design_from("step with Conv2d_0 forward", 8),
                                  *step_design_from("step with Conv2d_0 backward", 8)};
  ProfileBudget budget;
  budget.all = Seconds{11};
  const auto counts = counted(plan_more_blocks(fit, planned, budget));
  EXPECT_EQ(counts.at("step with Conv2d_0 backward"), 2u);
  // The optimizer and the copy together are of no interest to a profile by layer.
  EXPECT_GE(counts.at("step with Conv2d_0 forward"), 5u);
}

}  // namespace
}  // namespace erg
