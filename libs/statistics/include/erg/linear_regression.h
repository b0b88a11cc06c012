// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace erg {

// y = intercept + slope x, by ordinary least squares.
struct Line {
  double slope = 0;
  double intercept = 0;
  double slope_u = 0;
  double intercept_u = 0;
  double residual_deviation = 0;
  double r2 = 0;

  double at(double x) const { return intercept + slope * x; }
};

// Throws FitError with fewer than two points or a single x.
Line fit_line(std::span<const double> x, std::span<const double> y);

// Share of the variance of `y` that `predicted` explains; below 0 where the mean does better.
double r_squared(std::span<const double> y, std::span<const double> predicted);

}  // namespace erg
