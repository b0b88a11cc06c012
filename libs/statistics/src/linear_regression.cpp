// SPDX-License-Identifier: Apache-2.0
#include "erg/linear_regression.h"

#include <cassert>
#include <cmath>
#include <vector>

#include "erg/least_squares.h"
#include "erg/summary.h"

namespace erg {

Line fit_line(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  if (x.size() < 2) throw FitError{"a line needs two points"};
  const double middle_x = mean(x), middle_y = mean(y);
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - middle_x) * (x[i] - middle_x);
    xy += (x[i] - middle_x) * (y[i] - middle_y);
  }
  if (xx <= 0) throw FitError{"a line needs two different x"};
  Line line;
  line.slope = xy / xx;
  line.intercept = middle_y - line.slope * middle_x;
  std::vector<double> predicted;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    predicted.push_back(line.at(x[i]));
    squares += std::pow(y[i] - predicted.back(), 2);
  }
  const double n = static_cast<double>(x.size());
  line.residual_deviation = n > 2 ? std::sqrt(squares / (n - 2)) : 0;
  line.slope_u = line.residual_deviation / std::sqrt(xx);
  line.intercept_u = line.residual_deviation * std::sqrt(1 / n + middle_x * middle_x / xx);
  line.r2 = r_squared(y, predicted);
  return line;
}

double r_squared(std::span<const double> y, std::span<const double> predicted) {
  assert(y.size() == predicted.size() && !y.empty());
  const double middle = mean(y);
  double left = 0, all = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    left += std::pow(y[i] - predicted[i], 2);
    all += std::pow(y[i] - middle, 2);
  }
  return all > 0 ? 1 - left / all : (left > 0 ? 0 : 1);
}

}  // namespace erg
