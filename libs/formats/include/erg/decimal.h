// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "erg/time.h"

namespace erg {

// A decimal number in billionths, so that a UNIX time or a power as written in a file is held
// exactly: "1734302499.377663" is 1734302499377663000.
using Nano = std::int64_t;

// In a column of numbers: a cell that holds none (empty, "nan", "N/A", "[Not Supported]").
inline constexpr Nano kMissing = std::numeric_limits<Nano>::min();

// The whole of `text`, spaces around it aside. Digits beyond the ninth decimal are rounded, half
// away from zero. Empty for anything else than a finite decimal number within +-9.2e9.
std::optional<Nano> parse_nano(std::string_view text);

// The whole of `text`, spaces around it aside, as the nearest double. Empty for anything else;
// "nan" and "inf" are read.
std::optional<double> parse_number(std::string_view text);

// Whether the cell says that there is no value.
bool says_missing(std::string_view text);

// The nearest double to a Nano, as Python reads the same digits.
double number_of(Nano value);

// A UNIX time that was a double when it was written (Python's time.time()), in nanoseconds: the
// double itself, where its shortest digits in a file differ from it by up to 0.12 microseconds.
Nanoseconds nanoseconds_of(double unix_seconds);

}  // namespace erg
