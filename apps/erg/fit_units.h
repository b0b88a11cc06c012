// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace erg {

// What a column's numbers are multiplied by to be in SI. `unit` as the user says it; else as the
// column's name ends ("energy_kwh"); else 1. Throws FitError where the two disagree, UsageError for
// a unit that is none.
double energy_factor(std::string_view column, const std::string& unit);
double time_factor(std::string_view column, const std::string& unit);

}  // namespace erg
