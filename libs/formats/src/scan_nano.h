// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "erg/decimal.h"

namespace erg {

static_assert(std::endian::native == std::endian::little, "eight digits are read as one integer");

inline constexpr std::int64_t kNanoPerOne = 1'000'000'000;
inline constexpr std::uint64_t kPowersOfTen[] = {1,      10,      100,      1000,     10000,
                                                 100000, 1000000, 10000000, 100000000};

// Up to eight digits at the front of a text: each in a byte of its own, the rest of them zero.
struct EightDigits {
  std::uint64_t digits;
  unsigned count;
};

inline EightDigits load_digits(const char* text) {
  std::uint64_t bytes;
  std::memcpy(&bytes, text, sizeof bytes);
  const std::uint64_t value = bytes ^ 0x3030303030303030;  // 0..9 for digits
  const std::uint64_t others = ((value + 0x7676767676767676) | value) & 0x8080808080808080;
  if (others == 0) return {value, 8};
  const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
  return {value & ((std::uint64_t{1} << (8 * count)) - 1), count};
}

// The first byte is the most significant digit.
inline std::uint64_t combine_digits(std::uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  constexpr std::uint64_t kMask = 0x000000FF000000FF;
  constexpr std::uint64_t kHundred = 0x000F424000000064;
  constexpr std::uint64_t kTenThousand = 0x0000271000000001;
  return ((digits & kMask) * kHundred + ((digits >> 16) & kMask) * kTenThousand) >> 32;
}

// Reads sign, digits and a fraction of at most nine digits at `text`, in which 24 bytes can be
// read whatever they hold. Returns the end of the number, or nullptr where it is written in any
// other way or does not fit: parse_nano() then has the last word.
inline const char* scan_nano(const char* text, Nano& value) {
  const bool negative = *text == '-';
  text += negative;
  const EightDigits first = load_digits(text);
  if (first.count == 0) return nullptr;
  std::uint64_t whole = combine_digits(first.digits << (8 * (8 - first.count)));
  text += first.count;
  if (first.count == 8) {
    const EightDigits second = load_digits(text);
    for (unsigned i = 0; i < second.count; ++i) {
      whole = whole * 10 + ((second.digits >> (8 * i)) & 0xff);
    }
    text += second.count;
    if (whole > 9'223'372'035) return nullptr;
  }
  std::uint64_t fraction = 0;
  if (*text == '.') {
    const EightDigits decimals = load_digits(++text);
    fraction = combine_digits(decimals.digits) * 10;
    text += decimals.count;
    if (decimals.count == 8 && *text >= '0' && *text <= '9') {
      fraction += static_cast<std::uint64_t>(*text++ - '0');
      if (*text >= '0' && *text <= '9') return nullptr;
    }
  }
  if ((*text | 0x20) == 'e') return nullptr;
  const auto sum = static_cast<Nano>(whole * std::uint64_t{kNanoPerOne} + fraction);
  value = negative ? -sum : sum;
  return text;
}

}  // namespace erg
