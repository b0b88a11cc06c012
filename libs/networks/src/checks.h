// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "erg/layer.h"

// What the rules of all layers ask of their options and inputs. All throw LayerError.
namespace erg {

// No option of a real layer is larger, and products of two of them stay far from overflow.
inline constexpr std::int64_t kLargestOption = (std::int64_t{1} << 31) - 1;

void want(bool holds, const std::string& message);

// `value` of the option `name` lies in [least, kLargestOption].
void want_option(std::string_view name, std::int64_t value, std::int64_t least);
void want_option(std::string_view name, const Pair& value, std::int64_t least);

// `came` has `wanted`; 0 wants nothing yet.
void want_width(std::string_view what, std::int64_t wanted, std::int64_t came, const Shape& input);

void want_rank(const Shape& input, std::size_t rank, std::string_view meaning);
void want_rank_at_least(const Shape& input, std::size_t rank, std::string_view meaning);

// A position in [0, rank) from one that may count from the end.
std::size_t axis_of(std::int64_t axis, std::size_t rank);

// PyTorch's and NumPy's rule: aligned at the last axis, equal or 1.
Shape broadcast(std::span<const Shape> inputs);

}  // namespace erg
