// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace erg {

// Plain numbers of any one unit in, the same unit out. Precondition of all: not empty.

double mean(std::span<const double> values);
// With n - 1; 0 for a single value.
double standard_deviation(std::span<const double> values);
double median(std::span<const double> values);
// Median absolute deviation from the median, times 1.4826: a standard deviation where the values
// are normal, hardly moved by outliers.
double robust_deviation(std::span<const double> values);
// Linear between order statistics; `share` in [0, 1].
double quantile(std::span<const double> values, double share);

}  // namespace erg
