// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_budget.h"

#include <gtest/gtest.h>

#include "curves.h"

namespace erg {
namespace {

using testing::cap_curve;
using testing::cap_point;

CapCurve curve() {
  auto curve = cap_curve({cap_point(50, 2000, 30, 0.01), cap_point(95, 4000, 20, 0.01)});
  curve.samples_per_unit = 60000;
  curve.macs_per_unit = 4e12;
  return curve;
}

TEST(Spend, BuysMoreWorkAtACheaperCap) {
  const auto rows = spend(curve(), budget_of_units_at_highest(curve(), 100));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_DOUBLE_EQ(rows[0].units, 200);
  EXPECT_EQ(rows[0].duration, Seconds{6000});
  EXPECT_DOUBLE_EQ(rows[1].units, 100);
}

TEST(Spend, TimeAndEnergyAreThoseOfWholeUnits) {
  const auto rows = spend(curve(), Joules{4999});
  EXPECT_DOUBLE_EQ(rows[0].units, 2.4995);
  EXPECT_EQ(rows[0].whole_units, 2);
  EXPECT_EQ(rows[0].spent, Joules{4000});
  EXPECT_EQ(rows[0].duration, Seconds{60});
  EXPECT_EQ(rows[1].whole_units, 1);
  const auto too_little = spend(curve(), Joules{1999});
  EXPECT_EQ(too_little[0].whole_units, 0);
  EXPECT_EQ(too_little[0].spent, Joules{0});
  EXPECT_EQ(too_little[0].duration, Seconds{0});
}

TEST(Budget, MayBeCountedInCarbonOrMoney) {
  EXPECT_EQ(budget_of_carbon(475, 475), kilowatt_hours(1));
  EXPECT_EQ(budget_of_money(1, 0.25), kilowatt_hours(4));
}

TEST(Budget, RefusesWhatIsNoBudget) {
  EXPECT_THROW(spend(curve(), Joules{0}), std::invalid_argument);
  EXPECT_THROW(budget_of_carbon(100, 0), std::invalid_argument);
  EXPECT_THROW(budget_of_money(std::nan(""), 1), std::invalid_argument);
  EXPECT_THROW(budget_of_units_at_highest({}, 1), std::invalid_argument);
}

TEST(Deadline, TakesTheCheapestCapThatIsInTime) {
  EXPECT_EQ(meet_deadline(curve(), 10, Seconds{300})->cap, Watts{50});
  EXPECT_EQ(meet_deadline(curve(), 10, Seconds{299})->cap, Watts{95});
  EXPECT_FALSE(meet_deadline(curve(), 10, Seconds{199}));
}

TEST(Saving, IsAgainstTheHighestCap) {
  const auto rows = saving_table(curve());
  EXPECT_DOUBLE_EQ(rows[0].energy_saving, 0.5);
  EXPECT_DOUBLE_EQ(rows[0].slowdown, 0.5);
  EXPECT_NEAR(rows[0].energy_saving_u, 0.5 * std::hypot(0.01, 0.01), 1e-12)
      << "the common gain cancels";
  EXPECT_DOUBLE_EQ(*rows[0].samples_per_joule, 30);
  EXPECT_DOUBLE_EQ(*rows[1].macs_per_second, 2e11);
  EXPECT_EQ(rows[1].energy_saving, 0);
  EXPECT_EQ(rows[1].energy_saving_u, 0);
}

}  // namespace
}  // namespace erg
