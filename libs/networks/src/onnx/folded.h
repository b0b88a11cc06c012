// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model.h"
#include "payloads.h"

namespace erg::onnx {

// A small tensor whose values are known: what graphs compute shapes with.
struct Folded {
  std::vector<std::int64_t> dims;
  bool integer = false;        // or boolean
  std::vector<double> values;  // whole numbers beyond 2^53 are ends of slices, and may be rounded

  std::int64_t at(std::size_t i) const;  // as a whole number, saturating
  std::vector<std::int64_t> integers() const;
};

// Larger ones have no values here: they are weights and masks.
inline constexpr std::int64_t kMostFolded = 1 << 14;
// Of all tensors of a model together. Real graphs work out some thousands.
inline constexpr std::size_t kMostFoldedInAll = std::size_t{1} << 24;

// The product of extents; -1 when one is negative or the product is beyond any machine.
std::int64_t elements_of(std::span<const std::int64_t> dims);

// The values of a tensor. Empty: too large, out of reach, or fewer than its shape says.
std::optional<Folded> tensor_values(const Tensor& tensor, const Payloads& payloads = Payloads{{}});

// Whether the first numbers of a tensor hold one that no training leaves in a weight: infinite, not
// a number, or next to the largest. Masks do.
bool looks_like_mask(const Tensor& tensor, const Payloads& payloads);

// The result of an operation on known tensors (nullptr: absent). Empty: not one that shapes are
// computed with, or not on these inputs.
std::optional<Folded> fold(const Operation& operation, std::span<const Folded* const> inputs,
                           std::int64_t opset);

}  // namespace erg::onnx
