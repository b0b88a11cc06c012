// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cassert>
#include <cstdint>
#include <functional>
#include <numeric>
#include <ostream>
#include <string>

#include "erg/npy.h"

namespace erg {

void write_npy(std::ostream& out, std::span<const std::size_t> shape,
               std::span<const double> values) {
  static_assert(std::endian::native == std::endian::little, "the header says '<f8'");
  assert(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>{}) ==
         values.size());
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (const std::size_t extent : shape) header += std::to_string(extent) + ", ";
  header += "), }";
  constexpr std::size_t kPrefix = 10;  // magic, version, length
  constexpr std::size_t kAlignment = 64;
  header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  out << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(length & 0xff)
      << static_cast<char>(length >> 8) << header;
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size_bytes()));
}

}  // namespace erg
