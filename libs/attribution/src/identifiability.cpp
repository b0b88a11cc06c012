// SPDX-License-Identifier: Apache-2.0
#include "identifiability.h"

#include <cmath>
#include <numeric>

#include "erg/least_squares.h"

namespace erg::attribution {

double own_variation(const Matrix& shares, std::size_t column) {
  Matrix others{shares.rows, shares.columns - 1};
  std::vector<double> own(shares.rows);
  for (std::size_t i = 0; i < shares.rows; ++i) {
    for (std::size_t j = 0; j < others.columns; ++j) {
      others(i, j) = shares(i, j < column ? j : j + 1);
    }
    own[i] = shares(i, column);
  }
  if (others.columns == 0) return 1;  // alone: all the power is its own
  try {
    const auto left = least_squares(others, own).residuals;
    return std::sqrt(std::inner_product(left.begin(), left.end(), left.begin(), 0.0) /
                     static_cast<double>(shares.rows));
  } catch (const FitError&) {
    return 0;
  }
}

}  // namespace erg::attribution
