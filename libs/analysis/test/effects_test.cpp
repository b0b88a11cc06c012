// SPDX-License-Identifier: Apache-2.0
#include "erg/effects.h"

#include <gtest/gtest.h>

#include "erg/least_squares.h"

namespace erg {
namespace {

Observation row(const std::string& network, double joules, double seconds) {
  Observation one;
  one.label = one.network = network;
  one.energy = Joules{joules};
  one.time = Seconds{seconds};
  return one;
}

TEST(Effects, CountTheBranchesOfASeriesFromTheStemOn) {
  Observations table;
  table.rows = {row("googlenet_mod9", 100, 10),   row("googlenet_5x5_b2", 180, 16),
                row("googlenet_5x5_b1", 150, 14), row("googlenet_5x5_b3", 220, 18),
                row("alexnet_thesis", 1, 1),      row("googlenet_mod6", 500, 40)};
  const auto all = effects(table, Property::branches);
  ASSERT_EQ(all.size(), 1u);  // mod6 stands alone
  const Effect& effect = all.front();
  ASSERT_EQ(effect.levels.size(), 3u);
  EXPECT_EQ(effect.levels[1].value, "2");
  EXPECT_DOUBLE_EQ(*added(effect, 0, Target::energy), 50);
  EXPECT_DOUBLE_EQ(*added(effect, 2, Target::energy), 40);
  EXPECT_DOUBLE_EQ(*scaling(effect, 1, Target::time), 16 / (2 * 14.0));
  EXPECT_DOUBLE_EQ(*scaling_above_base(effect, 2, Target::time), 8 / (3 * 4.0));
}

TEST(Effects, HoldABranchRemovedAgainstAllFour) {
  Observations table;
  table.rows = {row("googlenet_thesis", 100, 10), row("googlenet_mod2", 60, 7)};
  const auto all = effects(table, Property::branches);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].levels[0].value, "all");
  EXPECT_EQ(all[0].levels[1].value, "without 1x1-3x3");
  EXPECT_FALSE(added(all[0], 1, Target::energy));
}

TEST(Effects, PairPlainTwinsWithTheirResidualNetworks) {
  Observations table;
  table.rows = {row("resnet18_thesis", 110, 11), row("resnet18_plain", 100, 10),
                row("resnet34_plain", 200, 20)};
  const auto all = effects(table, Property::structure);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].of, "resnet18");
  EXPECT_EQ(all[0].levels[0].value, "plain");
}

TEST(Effects, CompareOnlyWhatIsAlikeInAllElse) {
  Observations table;
  table.rows = {row("a", 10, 1), row("a", 14, 3), row("a", 30, 5), row("a", 99, 9)};
  for (std::size_t i = 0; i < 4; ++i) {
    table.rows[i].device = i < 2 ? "3080" : "4090";
    table.rows[i].batch = i < 3 ? 128 : 256;
  }
  const auto devices = effects(table, Property::device);
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].of, "a, batch 128");
  EXPECT_EQ(devices[0].levels[0].rows, 2u);
  EXPECT_DOUBLE_EQ(devices[0].levels[0].energy->value(), 12);
  const auto batches = effects(table, Property::batch);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].of, "a, 4090");
}

TEST(Effects, SayWhatIsMissing) {
  Observations table;
  table.rows = {row("a", 10, 1), row("b", 14, 3)};
  EXPECT_THROW(effects(table, Property::device), FitError);
  EXPECT_THROW(effects(table, Property::branches), FitError);
  EXPECT_THROW(effects(table, Property::cap), FitError);
  EXPECT_THROW(property_from("branch"), FitError);
}

}  // namespace
}  // namespace erg
