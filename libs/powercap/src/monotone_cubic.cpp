// SPDX-License-Identifier: Apache-2.0
#include "monotone_cubic.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace erg {
namespace {

// Beside an end: the parabola through three points, held back so that the curve stays monotone.
double end_slope(double near, double far, double near_secant, double far_secant) {
  const double slope = ((2 * near + far) * near_secant - near * far_secant) / (near + far);
  if (slope * near_secant <= 0) return 0;
  if (near_secant * far_secant <= 0 && std::abs(slope) > 3 * std::abs(near_secant)) {
    return 3 * near_secant;
  }
  return slope;
}

}  // namespace

MonotoneCubic::MonotoneCubic(std::vector<double> x, std::vector<double> y)
    : x_{std::move(x)}, y_{std::move(y)}, slope_(x_.size(), 0.0) {
  assert(x_.size() >= 2 && x_.size() == y_.size());
  std::vector<double> width, secant;
  for (std::size_t i = 0; i + 1 < x_.size(); ++i) {
    width.push_back(x_[i + 1] - x_[i]);
    secant.push_back((y_[i + 1] - y_[i]) / width.back());
  }
  if (width.size() == 1) {
    slope_.assign(2, secant.front());
    return;
  }
  for (std::size_t i = 1; i < width.size(); ++i) {
    if (secant[i - 1] * secant[i] <= 0) continue;
    const double left = 2 * width[i] + width[i - 1], right = width[i] + 2 * width[i - 1];
    slope_[i] = (left + right) / (left / secant[i - 1] + right / secant[i]);
  }
  const std::size_t last = width.size() - 1;
  slope_.front() = end_slope(width[0], width[1], secant[0], secant[1]);
  slope_.back() = end_slope(width[last], width[last - 1], secant[last], secant[last - 1]);
}

double MonotoneCubic::operator()(double x) const {
  const auto above = std::ranges::upper_bound(x_, x);
  const auto behind = std::clamp<std::ptrdiff_t>(above - x_.begin(), 1, std::ssize(x_) - 1);
  const auto b = static_cast<std::size_t>(behind), a = b - 1;
  const double width = x_[b] - x_[a], t = (x - x_[a]) / width, s = 1 - t;
  return y_[a] * (1 + 2 * t) * s * s + slope_[a] * width * t * s * s + y_[b] * t * t * (3 - 2 * t) -
         slope_[b] * width * t * t * s;
}

}  // namespace erg
