// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// The extent of a tensor of one example, without the batch: {3, 224, 224} for an image
// (channels, height, width), {197, 768} for a sequence (length, features), {1024} for tokens or
// features, {} for a scalar.
struct Shape {
  std::vector<std::int64_t> dims;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : dims{extents} {}
  explicit Shape(std::vector<std::int64_t> extents) : dims{std::move(extents)} {}

  std::size_t rank() const { return dims.size(); }
  std::int64_t operator[](std::size_t axis) const { return dims[axis]; }

  // The product of the extents; 1 for a scalar. Throws std::overflow_error beyond 2^62 and
  // std::invalid_argument for a negative extent.
  std::int64_t elements() const;

  friend bool operator==(const Shape&, const Shape&) = default;
};

// "3x224x224"; "scalar" for {}.
std::string to_string(const Shape& shape);

// The inverse for a shape typed by a user; empty unless every extent is a number of 1 or more.
std::optional<Shape> shape_from(std::string_view text);

}  // namespace erg
