// SPDX-License-Identifier: Apache-2.0
#include "monotone_cubic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace erg {
namespace {

TEST(MonotoneCubic, GoesThroughItsPoints) {
  const std::vector<double> x{0, 1, 4, 9}, y{5, 2, 1.5, 1.4};
  const MonotoneCubic curve{x, y};
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(curve(x[i]), y[i], 1e-12);
  EXPECT_TRUE(curve.covers(9));
  EXPECT_FALSE(curve.covers(9.1));
}

TEST(MonotoneCubic, IsStraightWhereThePointsAre) {
  const MonotoneCubic two{{1, 3}, {2, 6}}, many{{0, 1, 3, 4}, {0, 2, 6, 8}};
  EXPECT_NEAR(two(2), 4, 1e-12);
  for (double x = 0; x <= 4; x += 0.25) EXPECT_NEAR(many(x), 2 * x, 1e-12);
}

TEST(MonotoneCubic, StaysBetweenNeighbours) {
  std::mt19937_64 random{11};
  std::uniform_real_distribution<double> uniform{0, 1};
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> x{0}, y{uniform(random)};
    for (int i = 0; i < 5; ++i) {
      x.push_back(x.back() + 0.05 + uniform(random));
      y.push_back(uniform(random));
    }
    const MonotoneCubic curve{x, y};
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const auto [low, high] = std::minmax(y[i], y[i + 1]);
      double before = y[i];
      for (int k = 1; k <= 20; ++k) {
        const double value = curve(x[i] + (x[i + 1] - x[i]) * k / 20);
        ASSERT_GE(value, low - 1e-12);
        ASSERT_LE(value, high + 1e-12);
        ASSERT_GE((value - before) * (y[i + 1] - y[i]), -1e-12) << "it turns";
        before = value;
      }
    }
  }
}

}  // namespace
}  // namespace erg
