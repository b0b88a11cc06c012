// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "erg/matrix.h"

namespace erg {

// The x >= 0 that minimises |A x - y| (Lawson and Hanson's active set). Zero columns stay 0.
// Precondition: a.rows == y.size().
std::vector<double> nonnegative_least_squares(const Matrix& a, std::span<const double> y);

}  // namespace erg
