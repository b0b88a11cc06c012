// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "folded.h"

namespace erg::onnx {

using Dims = std::vector<std::int64_t>;

// NumPy's rule; empty when they do not fit.
std::optional<Dims> broadcast_dims(std::initializer_list<std::span<const std::int64_t>> all);

// Where the number of a position, broadcast from the right, lies in a tensor of `dims`.
std::size_t offset_of(std::span<const std::int64_t> dims, std::span<const std::int64_t> position);

// To the next position; after the last, to the first.
void advance(Dims& position, std::span<const std::int64_t> dims);

// Every position of a tensor, the last axis fastest.
template <class Visit>
void for_each_position(std::span<const std::int64_t> dims, Visit visit) {
  const auto count = elements_of(dims);
  Dims position(dims.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    visit(std::span<const std::int64_t>{position});
    advance(position, dims);
  }
}

// A position in [0, rank) from one that may count from the end; empty outside.
std::optional<std::size_t> axis_in(std::int64_t axis, std::size_t rank);

// Axes of Squeeze, Unsqueeze and the reductions: an attribute in early opsets, an input later.
std::optional<Dims> axes_argument(const Operation& operation, const Folded* input);

// [begin, end) of ONNX's Slice on an axis of this extent, forwards or, with a step of -1 and less,
// backwards: the first position and how many.
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};
Range slice_range(std::int64_t extent, std::int64_t begin, std::int64_t end, std::int64_t step);

// The operations that rearrange and make tensors; empty for others.
std::optional<Folded> fold_shape(const Operation& operation, std::span<const Folded* const> inputs,
                                 std::int64_t opset);

// The extents that Reshape's second input asks for; empty when they do not fit.
std::optional<Dims> reshaped(std::span<const std::int64_t> dims, const Dims& wanted,
                             bool allow_zero);

std::optional<Dims> squeezed(std::span<const std::int64_t> dims, const std::optional<Dims>& axes);
std::optional<Dims> unsqueezed(std::span<const std::int64_t> dims, const Dims& axes);

}  // namespace erg::onnx
