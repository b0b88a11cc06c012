// SPDX-License-Identifier: Apache-2.0
#include "numpy_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "erg/format_error.h"

namespace erg {
namespace {

double half_to_double(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const double mantissa = (bits & 0x3ff) / 1024.0;
  const double magnitude = exponent == 0    ? std::ldexp(mantissa, -14)
                           : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                            : std::ldexp(1 + mantissa, exponent - 15);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// An integer of 1 to 8 bytes, sign extended where `is_signed`.
double integer_to_double(std::uint64_t bits, std::size_t size, bool is_signed,
                         const std::string& where) {
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  const auto value = static_cast<std::int64_t>(bits << shift) >> shift;
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const bool fits = is_signed ? value >= -kExact && value <= kExact : bits <= std::uint64_t{kExact};
  if (!fits) throw FormatError{where + ": holds an integer beyond 2^53, which no double holds"};
  return is_signed ? static_cast<double>(value) : static_cast<double>(bits);
}

double decode(const NumpyType& type, std::uint64_t bits, const std::string& where) {
  if (type.kind == 'b') return bits != 0 ? 1 : 0;
  if (type.kind != 'f') return integer_to_double(bits, type.size, type.kind == 'i', where);
  if (type.size == 2) return half_to_double(static_cast<std::uint16_t>(bits));
  if (type.size == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

}  // namespace

NumpyType numpy_type(std::string_view name, const std::string& where) {
  NumpyType type;
  std::string_view rest = name;
  constexpr std::string_view kOrders = "<>|=";
  if (!rest.empty() && kOrders.find(rest.front()) != std::string_view::npos) {
    type.order = rest.front() == '=' ? '<' : rest.front();
    rest.remove_prefix(1);
  }
  if (rest == "O" || rest == "O8" || rest == "O4") return {type.order, 'O', 8};
  if (rest.size() == 2) {
    type.kind = rest[0];
    type.size = static_cast<std::size_t>(rest[1] - '0');
    constexpr std::string_view kKnown = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1";
    if (kKnown.find(rest) != std::string_view::npos) return type;
  }
  throw FormatError{
      fmt::format("{}: elements of NumPy's type '{}', which is no number; convert them where the "
                  "file was made: "
                  "numpy.save(name, array.astype('f8'))",
                  where, name)};
}

std::size_t element_count(std::span<const std::size_t> shape, const std::string& where) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    constexpr std::size_t kMost = std::size_t{1} << 56;
    if (extent != 0 && count > kMost / extent) {
      throw FormatError{where + ": its shape has more elements than any file can hold"};
    }
    count *= extent;
  }
  return count;
}

void append_numbers(const NumpyType& type, std::string_view bytes, std::vector<double>& out,
                    const std::string& where) {
  const std::size_t count = bytes.size() / type.size;
  const std::size_t first = out.size();
  out.resize(first + count);
  if (type.kind == 'f' && type.size == 8 && type.order != '>') {
    if (count > 0) std::memcpy(out.data() + first, bytes.data(), count * type.size);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    char element[8] = {};
    std::memcpy(element, bytes.data() + i * type.size, type.size);
    if (type.order == '>') std::reverse(element, element + type.size);
    std::uint64_t bits;
    std::memcpy(&bits, element, sizeof bits);
    out[first + i] = decode(type, bits, where);
  }
}

}  // namespace erg
