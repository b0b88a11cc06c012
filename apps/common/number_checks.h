// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

namespace erg {

// Checks for options that take a number: they refuse what is out of bounds, infinite or no number
// at all, and say which one it was. Wrong usage, that is.
CLI::Validator at_least(double least);
CLI::Validator more_than(double bound);
CLI::Validator between_numbers(double least, double most);

}  // namespace erg
