// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// NumPy's name of a number's type: byte order, kind, bytes ("<f8", ">i4", "|b1", "f8", "|O").
struct NumpyType {
  char order = '<';  // '<', '>', or '|' where it does not matter
  char kind = 0;     // 'f', 'i', 'u', 'b', 'O'
  std::size_t size = 0;

  bool object() const { return kind == 'O'; }
};

// Throws FormatError, beginning with `where`, for a type that is not a number or an object.
NumpyType numpy_type(std::string_view name, const std::string& where);

// The product of the extents. Throws FormatError where an address could not count them.
std::size_t element_count(std::span<const std::size_t> shape, const std::string& where);

// Appends the numbers in `bytes`, whose size is a multiple of the type's. Throws FormatError for an
// integer that no double holds.
void append_numbers(const NumpyType& type, std::string_view bytes, std::vector<double>& out,
                    const std::string& where);

// From Fortran's order, in which the first index runs fastest, to C's.
template <class Value>
std::vector<Value> in_c_order(std::span<const std::size_t> shape, std::vector<Value> values) {
  if (shape.size() < 2) return values;
  std::vector<Value> sorted;
  sorted.reserve(values.size());
  std::vector<std::size_t> strides(shape.size(), 1);
  for (std::size_t i = 1; i < shape.size(); ++i) strides[i] = strides[i - 1] * shape[i - 1];
  std::vector<std::size_t> index(shape.size(), 0);
  for (std::size_t n = 0, at = 0; n < values.size(); ++n) {
    sorted.push_back(std::move(values[at]));
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return sorted;
}

}  // namespace erg
