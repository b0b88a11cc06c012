// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using testing::import_all;
using testing::npy;

TEST(EarlyStudy, EnergyIsTheSumOfReadings) {
  testing::TempTree tree;
  const std::string folder = "3060/alexnet/cifar10/Power60/";
  tree.write(folder + "Epoch_energy.npy", npy({2, 3}, {50, 60, 70, 80, -1, 90}));
  tree.write(folder + "Epoch_time.npy", npy({6}, {1, 1, 1, 1, 1, 2.5}));
  tree.write(folder + "Train_time.npy", npy({6}, {.5, .5, .5, .5, .5, .5}));
  tree.write(folder + "Train_acc.npy", npy({6}, {.1, .2, .3, .4, .5, .6}));
  tree.write(folder + "Train_part_time.npy", npy({2, 6}, std::vector<double>(12, 0.25)));
  const auto all = import_all(ImportFormat::thesis, tree.root());
  ASSERT_EQ(all.runs.size(), 1u);
  const Timeline& energy = all.part().timelines.at(0);
  EXPECT_EQ(energy.channel().kind, ChannelKind::energy_counter);
  EXPECT_NEAR(energy.energy(*energy.covered())->value(), 350, 1e-6);
  EXPECT_EQ(all.report.count("power_negative"), 1u);
  EXPECT_EQ(all.runs[0].epochs.size(), 6u);
  EXPECT_EQ(all.runs[0].epochs[5].train_accuracy, 0.6);
  EXPECT_EQ(all.part().header.devices[0].power_limit, Watts{60});
  EXPECT_EQ(all.runs[0].header.environment.workload.data, "cifar10");
  ASSERT_EQ(all.runs[0].breakdowns.size(), 1u);
  const Breakdown& parts = all.runs[0].breakdowns[0];
  EXPECT_EQ(parts.rows[1].time->value, Seconds{1.5});
  EXPECT_NEAR(parts.unattributed.time->value.count(), 7.5 - 3, 1e-9);
  EXPECT_EQ(parts.rows[1].energy, std::nullopt);
}

TEST(EarlyStudy, TimesAloneAreARunWithoutPower) {
  testing::TempTree tree;
  tree.write("m1/alexnet/Epoch_time.npy", npy({2}, {10, 12}));
  const auto all = import_all(ImportFormat::thesis, tree.root());
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_TRUE(all.part().timelines.empty());
  EXPECT_EQ(Seconds{extent(all.part())->length()}, Seconds{22});
}

}  // namespace
}  // namespace erg
