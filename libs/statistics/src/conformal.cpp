// SPDX-License-Identifier: Apache-2.0
#include "erg/conformal.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace erg {

std::optional<double> conformal_half_width(std::span<const double> absolute_errors, double level) {
  const double n = static_cast<double>(absolute_errors.size());
  const double rank = std::ceil((n + 1) * level - 1e-9);
  if (rank < 1 || rank > n) return std::nullopt;
  std::vector<double> sorted(absolute_errors.begin(), absolute_errors.end());
  const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::ranges::nth_element(sorted, place);
  return *place;
}

}  // namespace erg
