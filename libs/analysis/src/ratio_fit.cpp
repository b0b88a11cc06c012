// SPDX-License-Identifier: Apache-2.0
#include "ratio_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "erg/nonnegative.h"

namespace erg {
namespace {

// From this error on (a fifth) it counts by its size and no more by its square.
constexpr double kLargeError = 0.2;

double log_error(double predicted, double measured) {
  return predicted > 0 ? std::log(predicted / measured) : -std::numeric_limits<double>::infinity();
}

}  // namespace

double misfit(std::span<const double> predicted, std::span<const double> measured) {
  double sum = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const double error = std::abs(log_error(predicted[i], measured[i]));
    sum += error < kLargeError ? error * error : kLargeError * (2 * error - kLargeError);
  }
  return sum;
}

std::vector<double> weights_for(std::span<const double> predicted,
                                std::span<const double> measured) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const double p = predicted[i];
    const double off = p / measured[i] - 1;
    const double error = std::clamp(log_error(p, measured[i]), -kLargeError, kLargeError);
    const bool plain = std::abs(off) < 1e-6 || !(p > 0);
    weights.push_back((plain ? 1 : error / off * measured[i] / p) / (measured[i] * measured[i]));
  }
  return weights;
}

std::vector<double> relative_weights(std::span<const double> measured) {
  std::vector<double> weights;
  for (const double value : measured) weights.push_back(1 / (value * value));
  return weights;
}

// Rows and columns are scaled: counts of MACs and of kernels are ten decades apart.
std::vector<double> weighted_fit(Matrix a, std::span<const double> y,
                                 std::span<const double> weights) {
  std::vector<double> scaled(y.begin(), y.end());
  std::vector<double> scale(a.columns, 0.0);
  for (std::size_t i = 0; i < a.rows; ++i) {
    const double root = std::sqrt(weights[i]);
    scaled[i] *= root;
    for (std::size_t j = 0; j < a.columns; ++j) {
      a(i, j) *= root;
      scale[j] = std::max(scale[j], a(i, j));
    }
  }
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < a.columns; ++j) {
      if (scale[j] > 0) a(i, j) /= scale[j];
    }
  }
  auto x = nonnegative_least_squares(a, scaled);
  for (std::size_t j = 0; j < a.columns; ++j) {
    if (scale[j] > 0) x[j] /= scale[j];
  }
  return x;
}

std::vector<double> ratio_fit(const Matrix& a, std::span<const double> y) {
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  auto weights = relative_weights(y);
  for (int round = 0; round < kReweighings; ++round) {
    const auto x = weighted_fit(a, y, weights);
    std::vector<double> predicted(y.size(), 0.0);
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < a.columns; ++j) predicted[i] += a(i, j) * x[j];
    }
    const double error = misfit(predicted, y);
    if (best.empty() || error < least) best = x;
    if (round > 2 && !(error < least * (1 - 1e-9))) break;
    least = std::min(least, error);
    weights = weights_for(predicted, y);
  }
  return best;
}

}  // namespace erg
