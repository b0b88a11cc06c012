// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "erg/folds.h"
#include "erg/least_squares.h"
#include "erg/linear_regression.h"
#include "erg/nonnegative.h"
#include "erg/summary.h"

namespace erg {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Rows (1, x, x^2) for x = 0, 1, ...
Matrix parabola(std::size_t rows) {
  Matrix a{rows, 3};
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = static_cast<double>(i) / 10;
    a(i, 0) = 1, a(i, 1) = x, a(i, 2) = x * x;
  }
  return a;
}

std::vector<double> times(const Matrix& a, const std::vector<double>& x) {
  std::vector<double> y(a.rows);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) y[i] += a(i, j) * x[j];
  }
  return y;
}

TEST(Summary, KnowsTheTextbook) {
  const std::vector<double> values{9, 2, 5, 4, 12};
  EXPECT_DOUBLE_EQ(mean(values), 6.4);
  EXPECT_DOUBLE_EQ(median(values), 5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 9 + 0.6 * 3);
  EXPECT_NEAR(standard_deviation(values), 4.037326, 1e-6);
  EXPECT_DOUBLE_EQ(robust_deviation(values), 1.4826 * 3);
}

TEST(LeastSquares, CovarianceIsThatOfRepeatedData) {
  const Matrix a = parabola(30);
  std::mt19937_64 random{3};
  std::normal_distribution<double> noise{0, 0.5};
  std::vector<double> slopes;
  double said = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    auto y = times(a, {1, 2, -3});
    for (double& each : y) each += noise(random);
    const auto fit = least_squares(a, y);
    slopes.push_back(fit.coefficients[1]);
    said += fit.covariance(1, 1) / 2000;
  }
  EXPECT_NEAR(mean(slopes), 2, 0.03);
  EXPECT_NEAR(std::sqrt(said) / standard_deviation(slopes), 1, 0.05);
}

TEST(LeastSquares, WeightsAreThoseOfRepeatedRows) {
  Matrix once = parabola(5), twice{10, 3};
  std::vector<double> y{1, 3, 2, 5, 4}, y2;
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t j = 0; j < 3; ++j) twice(i, j) = once(i / 2, j);
    y2.push_back(y[i / 2]);
  }
  y2[0] = 0, y2[1] = 2;  // the same mean
  const auto a = least_squares(once, y, std::vector<double>{2, 2, 2, 2, 2});
  const auto b = least_squares(twice, y2);
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(a.coefficients[j], b.coefficients[j], 1e-9);
}

TEST(LeastSquares, RefusesWhatTheDataDoNotTell) {
  Matrix twin{4, 2};
  for (std::size_t i = 0; i < 4; ++i) twin(i, 0) = twin(i, 1) = static_cast<double>(i);
  const std::vector<double> y{1, 2, 3, 4};
  EXPECT_THROW(least_squares(twin, y), FitError);
  EXPECT_THROW(least_squares(parabola(2), std::vector<double>{1, 2}), FitError);
}

TEST(RobustLeastSquares, OutliersHardlyMoveItAndItsIntervalsHold) {
  const Matrix a = parabola(60);
  std::mt19937_64 random{5};
  std::normal_distribution<double> noise{0, 0.1};
  for (const auto loss : {RobustLoss::huber, RobustLoss::tukey}) {
    std::vector<double> slopes;
    double said = 0;
    for (int trial = 0; trial < 300; ++trial) {
      auto y = times(a, {1, 2, -3});
      for (double& each : y) each += noise(random);
      for (const std::size_t bad : {7u, 30u, 44u}) y[bad] += 20;
      const auto fit = robust_least_squares(a, y, {}, loss);
      slopes.push_back(fit.coefficients[1]);
      said += std::sqrt(fit.covariance(1, 1)) / 300;
      EXPECT_LT(fit.weights[30], 0.1 * fit.weights[31]);
    }
    EXPECT_NEAR(mean(slopes), 2, 0.03);
    EXPECT_NEAR(said / standard_deviation(slopes), 1, 0.2);
  }
}

TEST(RobustLeastSquares, OrderOfTheObservationsDoesNotMatter) {
  Matrix a = parabola(20), shuffled = a;
  std::mt19937_64 random{11};
  std::normal_distribution<double> noise{0, 1};
  std::vector<double> y(20), y2(20);
  std::vector<std::size_t> order(20);
  for (std::size_t i = 0; i < 20; ++i) y[i] = noise(random), order[i] = i;
  std::ranges::shuffle(order, random);
  for (std::size_t i = 0; i < 20; ++i) {
    y2[i] = y[order[i]];
    for (std::size_t j = 0; j < 3; ++j) shuffled(i, j) = a(order[i], j);
  }
  const auto first = robust_least_squares(a, y), second = robust_least_squares(shuffled, y2);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(first.coefficients[j], second.coefficients[j], 1e-7);
  }
}

TEST(RobustLeastSquares, AnExactFitHasNoUncertainty) {
  const Matrix a = parabola(12);
  const auto fit = robust_least_squares(a, times(a, {4, 5, 6}));
  EXPECT_THAT(fit.coefficients,
              ElementsAre(DoubleNear(4, 1e-9), DoubleNear(5, 1e-9), DoubleNear(6, 1e-9)));
  EXPECT_LT(fit.covariance(0, 0), 1e-18);
}

TEST(Nonnegative, IsLeastSquaresWhereThatIsPositiveAndOptimalElsewhere) {
  std::mt19937_64 random{2};
  std::normal_distribution<double> normal{0, 1};
  for (int trial = 0; trial < 100; ++trial) {
    Matrix a{12, 4};
    for (double& each : a.values) each = normal(random);
    std::vector<double> y(12);
    for (double& each : y) each = normal(random);
    const auto x = nonnegative_least_squares(a, y);
    // Karush-Kuhn-Tucker: no pull along a free coefficient, none inwards along a fixed one.
    auto fitted = times(a, x);
    for (std::size_t j = 0; j < 4; ++j) {
      double pull = 0;
      for (std::size_t i = 0; i < 12; ++i) pull += a(i, j) * (y[i] - fitted[i]);
      EXPECT_GE(x[j], 0);
      if (x[j] > 0) {
        EXPECT_NEAR(pull, 0, 1e-9);
      } else {
        EXPECT_LE(pull, 1e-9);
      }
    }
  }
}

TEST(Line, FitsAndRefuses) {
  const auto line = fit_line(std::vector<double>{1, 2, 3, 4}, std::vector<double>{3, 5, 7, 9.4});
  EXPECT_NEAR(line.slope, 2.12, 1e-9);
  EXPECT_NEAR(line.at(0), 0.8, 1e-9);
  EXPECT_GT(line.r2, 0.99);
  EXPECT_THROW(fit_line(std::vector<double>{1, 1}, std::vector<double>{3, 5}), FitError);
}

TEST(Folds, TestEachIndexOnceAndRepeatFromTheSeed) {
  const auto folds = k_folds(23, 5, 9);
  std::multiset<std::size_t> tested;
  for (const auto& fold : folds) {
    tested.insert(fold.test.begin(), fold.test.end());
    EXPECT_EQ(fold.train.size() + fold.test.size(), 23u);
    EXPECT_NEAR(static_cast<double>(fold.test.size()), 23.0 / 5, 1);
  }
  EXPECT_EQ(tested.size(), 23u);
  EXPECT_EQ(std::set<std::size_t>(tested.begin(), tested.end()).size(), 23u);
  EXPECT_EQ(k_folds(23, 5, 9)[2].test, folds[2].test);
  EXPECT_NE(k_folds(23, 5, 10)[2].test, folds[2].test);
}

TEST(Folds, AGroupIsNeverOnBothSides) {
  const std::vector<std::string> groups{"b", "a", "b", "c"};
  const auto folds = folds_by_group(groups);
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_THAT(folds[1].test, ElementsAre(0u, 2u));
  EXPECT_THAT(folds[1].train, ElementsAre(1u, 3u));
}

}  // namespace
}  // namespace erg
