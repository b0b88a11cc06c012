// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <vector>

#include "erg/byte_source.h"

namespace erg {

// An array of numbers, in C order whatever the file's.
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

// An array whose every element is an array or a number itself.
struct NpyRagged {
  std::vector<std::size_t> shape;
  std::vector<std::vector<double>> elements;
};

// Reads NumPy's file format, versions 1 to 3: floats of 2, 4 and 8 bytes, integers, booleans,
// either byte order. Nothing is allocated beyond what the source really holds. Anything else throws
// FormatError: an integer that no double holds, a file that is cut, an array of objects.
NpyArray read_npy(ByteSource& source);

// The same for an array of objects (a pickle), read without running anything (see pickle.h); of
// an array of numbers each element is one number.
NpyRagged read_npy_ragged(ByteSource& source);

// Writes float64 in C order, version 1. Precondition: the shape's product is values.size().
void write_npy(std::ostream& out, std::span<const std::size_t> shape,
               std::span<const double> values);

}  // namespace erg
