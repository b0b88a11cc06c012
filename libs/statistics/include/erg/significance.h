// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erg/bootstrap.h"

namespace erg {

// A difference of two means, b - a, and how likely chance alone makes one as large.
struct Difference {
  double value = 0;
  Range interval;  // 95 %
  double p = 1;    // two-sided
};

// Welch's t test: variances may differ. Two values or more on each side; with fewer, or without
// any spread to judge by, p is 1 and the interval is all there is.
Difference welch(std::span<const double> a, std::span<const double> b);

// The same p without assuming a distribution: the share of regroupings whose difference of means is
// as large. All of them where there are at most `draws`, else that many at random.
double permutation_p(std::span<const double> a, std::span<const double> b,
                     std::size_t draws = 10000, std::uint64_t seed = 1);

// Holm's adjustment for looking at many differences at once, in the order given.
std::vector<double> holm(std::span<const double> p);

// The smallest relative difference of two means that two sets of `repeats` runs would show (95 %,
// power 80 %), from runs of one and the same thing (A/A). Precondition: two values or more.
double detection_floor(std::span<const double> same, std::size_t repeats);

}  // namespace erg
