// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/matrix.h"

namespace erg::attribution {

// A class is resolved where its power is known to this.
inline constexpr double kResolved = 0.05;
// Shares of a window that vary by less than this are jitter of stamps and the sensor's low-pass.
inline constexpr double kFeigned = 0.05;

// How much the share of a column varies that the other columns do not explain: root mean square.
double own_variation(const Matrix& shares, std::size_t column);

}  // namespace erg::attribution
