// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <algorithm>

namespace erg {

void want(bool holds, const std::string& message) {
  if (!holds) throw LayerError{message};
}

void want_option(std::string_view name, std::int64_t value, std::int64_t least) {
  if (value < least || value > kLargestOption) {
    throw LayerError{std::string{name} + " is " + std::to_string(value) + ", wanted " +
                     std::to_string(least) + " to " + std::to_string(kLargestOption)};
  }
}

void want_option(std::string_view name, const Pair& value, std::int64_t least) {
  want_option(name, value.height, least);
  want_option(name, value.width, least);
}

void want_width(std::string_view what, std::int64_t wanted, std::int64_t came, const Shape& input) {
  want_option(what, wanted, 0);
  if (wanted != 0 && wanted != came) {
    throw LayerError{"wanted " + std::to_string(wanted) + " " + std::string{what} + ", got " +
                     std::to_string(came) + " in " + to_string(input)};
  }
}

void want_rank(const Shape& input, std::size_t rank, std::string_view meaning) {
  if (input.rank() != rank) {
    throw LayerError{"wanted " + std::string{meaning} + ", got " + to_string(input)};
  }
}

void want_rank_at_least(const Shape& input, std::size_t rank, std::string_view meaning) {
  if (input.rank() < rank) {
    throw LayerError{"wanted " + std::string{meaning} + ", got " + to_string(input)};
  }
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < -count || axis >= count) {
    throw LayerError{"axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) +
                     " axes"};
  }
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

Shape broadcast(std::span<const Shape> inputs) {
  std::size_t rank = 0;
  for (const auto& input : inputs) rank = std::max(rank, input.rank());
  Shape result{std::vector<std::int64_t>(rank, 1)};
  for (const auto& input : inputs) {
    const std::size_t offset = rank - input.rank();
    for (std::size_t i = 0; i < input.rank(); ++i) {
      auto& extent = result.dims[offset + i];
      if (extent == 1) {
        extent = input[i];
      } else if (input[i] != 1 && input[i] != extent) {
        throw LayerError{"shapes " + to_string(inputs.front()) + " and " + to_string(input) +
                         " do not fit together"};
      }
    }
  }
  return result;
}

}  // namespace erg
