// SPDX-License-Identifier: Apache-2.0
#include "erg/shape.h"

#include <charconv>
#include <stdexcept>

namespace erg {

std::int64_t Shape::elements() const {
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  std::int64_t product = 1;
  for (const auto extent : dims) {
    if (extent < 0) throw std::invalid_argument{"shape " + to_string(*this) + " is negative"};
    if (extent == 0) return 0;
    if (product > kMost / extent) {
      throw std::overflow_error{"shape " + to_string(*this) + " has too many elements"};
    }
    product *= extent;
  }
  return product;
}

std::string to_string(const Shape& shape) {
  if (shape.dims.empty()) return "scalar";
  std::string text;
  for (const auto extent : shape.dims) {
    if (!text.empty()) text += 'x';
    text += std::to_string(extent);
  }
  return text;
}

std::optional<Shape> shape_from(std::string_view text) {
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::int64_t extent = 0;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc{} || extent < 1) return std::nullopt;
    shape.dims.push_back(extent);
    if (next == end) return shape;
    if (*next != 'x') return std::nullopt;
    at = next + 1;
  }
}

}  // namespace erg
