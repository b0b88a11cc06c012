// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace erg {

// Half-width that covers a new case with at least `level`, whatever the distribution, from the
// absolute errors made on cases the model had not seen (split conformal): their
// ceil((n + 1) level)-th smallest. Empty where there are too few for that level: 19 for 95 %.
std::optional<double> conformal_half_width(std::span<const double> absolute_errors,
                                           double level = 0.95);

}  // namespace erg
