// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <stdexcept>
#include <vector>

#include "erg/matrix.h"

namespace erg {

// The data do not determine what was asked of them.
class FitError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// Coefficients of y = A x + residual.
struct LinearFit {
  std::vector<double> coefficients;
  Matrix covariance;  // of the coefficients, from the residual
  std::vector<double> residuals;
  std::vector<double> weights;    // used in the end: small for outliers
  double residual_deviation = 0;  // of an observation of weight 1
  double freedom = 0;
};

// Minimises sum w (y - A x)^2; empty weights are all 1. Throws FitError when there are fewer
// observations than columns, or the columns depend on each other.
LinearFit least_squares(const Matrix& a, std::span<const double> y,
                        std::span<const double> weights = {});

// How far from the rest an observation may lie before it loses weight.
enum class RobustLoss {
  huber,  // 1.345 deviations; convex: always the same answer
  tukey,  // beyond 4.685 deviations it has none
};

// Iteratively reweighted least squares; 95 % efficient where nothing is wrong. `weights` are known
// beforehand (1 / variance, up to a factor) and may be empty. Throws FitError as above.
LinearFit robust_least_squares(const Matrix& a, std::span<const double> y,
                               std::span<const double> weights = {},
                               RobustLoss loss = RobustLoss::huber);

}  // namespace erg
