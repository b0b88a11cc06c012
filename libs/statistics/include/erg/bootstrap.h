// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace erg {

// An interval of numbers: low <= high.
struct Range {
  double low = 0;
  double high = 0;

  double half_width() const { return 0.5 * (high - low); }
  bool contains(double value) const { return low <= value && value <= high; }
};

// How often to draw, and from which seed: the same seed gives the same interval.
struct BootstrapOptions {
  double level = 0.95;
  std::size_t draws = 2000;
  std::uint64_t seed = 1;
};

// Percentile interval of a statistic of independent values, by resampling. A handful of values
// makes it too narrow: its ends are widened by sqrt(n / (n - 1)). Precondition: two values or more.
Range bootstrap_interval(std::span<const double> values,
                         const std::function<double(std::span<const double>)>& statistic,
                         const BootstrapOptions& options = {});

}  // namespace erg
