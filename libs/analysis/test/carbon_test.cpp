// SPDX-License-Identifier: Apache-2.0
#include "erg/carbon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace erg {
namespace {

using namespace std::chrono;

TEST(GridTable, IsSortedSourcedAndPlausible) {
  const auto table = grid_table();
  ASSERT_GT(table.size(), 200u);
  EXPECT_TRUE(std::ranges::is_sorted(table, {}, &GridIntensity::zone));
  for (const auto& row : table) {
    EXPECT_GT(row.g_per_kwh, 20) << row.zone;
    EXPECT_LT(row.g_per_kwh, 1400) << row.zone;
    EXPECT_GE(row.year, 2022) << row.zone;
    EXPECT_FALSE(row.source.empty()) << row.zone;
  }
  EXPECT_EQ(grid_of("fr").zone, "FR");
  EXPECT_EQ(grid_of("us-camx").zone, "US-CAMX");
  EXPECT_EQ(grid_of("deu").zone, "DE");
  EXPECT_EQ(grid_of("south korea").zone, "KR");
  EXPECT_DOUBLE_EQ(world_default().g_per_kwh, 473.1);
  EXPECT_THROW(grid_of("Atlantis"), std::invalid_argument);
}

// Rows against what the sources' own pages say: no slip of a line in the table.
TEST(GridTable, HoldsWhatItsSourcesSay) {
  EXPECT_DOUBLE_EQ(grid_of("FR").g_per_kwh, 44.2);
  EXPECT_DOUBLE_EQ(grid_of("DE").g_per_kwh, 344.1);
  EXPECT_DOUBLE_EQ(grid_of("AU").g_per_kwh, 551.6);
  EXPECT_DOUBLE_EQ(grid_of("CA").g_per_kwh, 174.8);
  EXPECT_DOUBLE_EQ(grid_of("ZW").g_per_kwh, 298.4);
  constexpr double kGramsOfPound = 453.59237;
  EXPECT_NEAR(grid_of("US-CAMX").g_per_kwh, 429.983 * kGramsOfPound / 1000, 0.05);
  EXPECT_NEAR(grid_of("US-SRVC").g_per_kwh, 596.326 * kGramsOfPound / 1000, 0.05);
}

TEST(Footprint, IsTheScisFormula) {
  Footprint it;
  it.energy = kilowatt_hours(2);
  it.pue = 1.5;
  it.location_g_per_kwh = 400;
  it.embodied_g = embodied_g({150000, Seconds{4 * 31557600.0}, 0.5}, Seconds{31557600.0 / 1000});
  EXPECT_DOUBLE_EQ(it.operational_location_g(), 1200);
  EXPECT_DOUBLE_EQ(it.embodied_g, 150000 / 4.0 / 1000 * 0.5);
  EXPECT_DOUBLE_EQ(software_carbon_intensity(it, 10), (1200 + 18.75) / 10);
  EXPECT_FALSE(it.operational_market_g());
  it.market_g_per_kwh = 0;
  EXPECT_DOUBLE_EQ(*it.operational_market_g(), 0);
}

TEST(HourlyIntensity, FollowsTheHourAndTheDay) {
  std::vector<double> day(24);
  for (std::size_t i = 0; i < 24; ++i) day[i] = static_cast<double>(100 * i);
  const HourlyIntensity hours{day};
  const UtcTime noon = sys_days{2026y / 11 / 25} + 12h;
  EXPECT_DOUBLE_EQ(hours.at(noon), 1200);
  // Half an hour of 12, half of 13.
  EXPECT_DOUBLE_EQ(hours.mean(noon + 30min, noon + 90min), 1250);
  EXPECT_DOUBLE_EQ(hours.mean(noon + 11h + 30min, noon + 12h + 30min), 1150);

  std::vector<double> year(8760, 1);
  year[8759] = 7;
  year[24 * 59] = 5;  // 1 March
  const HourlyIntensity whole{year};
  EXPECT_DOUBLE_EQ(whole.at(sys_days{2026y / 3 / 1}), 5);
  EXPECT_DOUBLE_EQ(whole.at(sys_days{2026y / 12 / 31} + 23h), 7);
  EXPECT_DOUBLE_EQ(whole.at(sys_days{2028y / 12 / 31} + 23h), 7);  // a leap year
  EXPECT_THROW(HourlyIntensity{std::vector<double>(23, 1)}, std::invalid_argument);
  EXPECT_THROW(HourlyIntensity{std::vector<double>(24, -1)}, std::invalid_argument);
}

}  // namespace
}  // namespace erg
