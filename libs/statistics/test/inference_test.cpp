// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "erg/bootstrap.h"
#include "erg/conformal.h"
#include "erg/distributions.h"
#include "erg/significance.h"
#include "erg/summary.h"

namespace erg {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

std::vector<double> normal_values(std::mt19937_64& random, std::size_t n, double middle) {
  std::normal_distribution<double> normal{middle, 1};
  std::vector<double> values(n);
  for (double& each : values) each = normal(random);
  return values;
}

TEST(Distributions, AgreeWithTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963985, 1e-8);
  EXPECT_NEAR(normal_cdf(-1.959963985), 0.025, 1e-9);
  EXPECT_NEAR(student_quantile(0.975, 1), 12.7062047, 1e-6);
  EXPECT_NEAR(student_quantile(0.975, 5), 2.57058184, 1e-7);
  EXPECT_NEAR(student_quantile(0.995, 30), 2.74999565, 1e-7);
  EXPECT_NEAR(student_quantile(0.025, 5), -2.57058184, 1e-7);
  EXPECT_NEAR(student_cdf(student_quantile(0.31, 3.7), 3.7), 0.31, 1e-12);
}

TEST(Bootstrap, CoversTheMeanAsOftenAsItSays) {
  std::mt19937_64 random{1};
  int covered = 0;
  BootstrapOptions options;
  options.draws = 400;
  for (int trial = 0; trial < 500; ++trial) {
    const auto values = normal_values(random, 20, 5);
    options.seed = static_cast<std::uint64_t>(trial);
    covered += bootstrap_interval(values, mean, options).contains(5) ? 1 : 0;
  }
  EXPECT_NEAR(covered / 500.0, 0.95, 0.03);
}

TEST(Bootstrap, RepeatsFromTheSeed) {
  const std::vector<double> values{1, 4, 2, 8, 5};
  const auto first = bootstrap_interval(values, median);
  EXPECT_EQ(first.low, bootstrap_interval(values, median).low);
  EXPECT_LT(first.low, 4);
  EXPECT_GT(first.high, 4);
}

TEST(Welch, AgreesWithAnExampleWorkedByHand) {
  // Means 2 and 5; variances 1 and 4; t = 3 / sqrt(1/3 + 4/3), freedom 2.9412.
  const auto result = welch(std::vector<double>{1, 2, 3}, std::vector<double>{3, 5, 7});
  EXPECT_DOUBLE_EQ(result.value, 3);
  const double t = 3 / std::sqrt(5.0 / 3);
  EXPECT_NEAR(result.p, 2 * student_cdf(-t, 25.0 / 9 / (1.0 / 18 + 16.0 / 18)), 1e-12);
  EXPECT_NEAR(result.interval.half_width(), student_quantile(0.975, 2.9411765) * std::sqrt(5.0 / 3),
              1e-5);
}

TEST(Welch, OneRunTellsNothing) {
  EXPECT_EQ(welch(std::vector<double>{1}, std::vector<double>{3, 5}).p, 1);
}

TEST(Significance, TestsOfNothingAreRarelySignificant) {
  std::mt19937_64 random{4};
  int welch_found = 0, permutation_found = 0, floor_found = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const auto a = normal_values(random, 6, 20), b = normal_values(random, 6, 20);
    welch_found += welch(a, b).p < 0.05 ? 1 : 0;
    permutation_found += permutation_p(a, b) < 0.05 ? 1 : 0;
    floor_found += std::abs(mean(b) / mean(a) - 1) > detection_floor(a, 6) ? 1 : 0;
  }
  EXPECT_NEAR(welch_found / 400.0, 0.05, 0.03);
  EXPECT_NEAR(permutation_found / 400.0, 0.05, 0.03);
  EXPECT_LT(floor_found / 400.0, 0.05);
}

TEST(Permutation, CountsTheRegroupings) {
  // Of the 20 ways to choose 3 of 6, two are as extreme as the one seen.
  const std::vector<double> a{1, 2, 3}, b{11, 12, 13};
  EXPECT_DOUBLE_EQ(permutation_p(a, b), 0.1);
  EXPECT_LT(permutation_p(std::vector<double>(12, 1.0), std::vector<double>(12, 2.0)), 0.001);
}

TEST(Holm, AgreesWithAnExampleWorkedByHand) {
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005};
  EXPECT_THAT(holm(p), ElementsAre(DoubleNear(0.03, 1e-12), DoubleNear(0.06, 1e-12),
                                   DoubleNear(0.06, 1e-12), DoubleNear(0.02, 1e-12)));
}

TEST(Conformal, CoversANewCaseAndRefusesTooFew) {
  std::mt19937_64 random{8};
  std::exponential_distribution<double> error{1};  // nothing like normal
  int covered = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> errors(30);
    for (double& each : errors) each = error(random);
    covered += error(random) <= *conformal_half_width(errors, 0.9) ? 1 : 0;
  }
  EXPECT_NEAR(covered / 2000.0, 0.91, 0.025);
  EXPECT_FALSE(conformal_half_width(std::vector<double>(18, 1.0)));
  EXPECT_TRUE(conformal_half_width(std::vector<double>(19, 1.0)));
}

}  // namespace
}  // namespace erg
