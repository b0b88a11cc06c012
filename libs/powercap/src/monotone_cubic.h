// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace erg {

// A smooth curve through points that rises and falls only where they do: piecewise cubic, with the
// slopes of Fritsch and Butland (1984), a weighted harmonic mean of the secants beside a point.
class MonotoneCubic {
 public:
  // `x` rises strictly; two points or more, as many as `y`.
  MonotoneCubic(std::vector<double> x, std::vector<double> y);

  bool covers(double x) const { return x >= x_.front() && x <= x_.back(); }
  // Only where it covers.
  double operator()(double x) const;

 private:
  std::vector<double> x_, y_, slope_;
};

}  // namespace erg
