// SPDX-License-Identifier: Apache-2.0
#include "postgres_wire.h"

#include <bit>
#include <charconv>

namespace erg::store::wire {
namespace {

template <class Integer>
void append_big_endian(std::string& out, Integer number) {
  for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift);
  }
}

// Bytes of the UTF-8 character that begins here; 0: none does.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character(text);
    if (length == 0) {
      clean += '?';
    } else {
      clean += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

std::int64_t to_integer(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return 0;
  std::uint64_t number = bytes[0] >= 0x80 ? ~std::uint64_t{0} : 0;  // keeps the sign
  for (const std::uint8_t byte : bytes) number = number << 8U | byte;
  return static_cast<std::int64_t>(number);
}

std::string as_binary(const Value& value) {
  std::string out;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_big_endian(out, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_big_endian(out, std::bit_cast<std::int64_t>(*real));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out = clean_text(*text);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    out.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  }
  return out;
}

std::string as_text(const Value& value) {
  char buffer[32];
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) {
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, *real).ptr};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return clean_text(*text);
  return {};
}

void append_tuple(std::string& out, std::span<const Value> row) {
  append_big_endian(out, static_cast<std::int16_t>(row.size()));
  for (const auto& cell : row) {
    if (std::holds_alternative<std::monostate>(cell)) {
      append_big_endian(out, std::int32_t{-1});
      continue;
    }
    const std::string field = as_binary(cell);
    append_big_endian(out, static_cast<std::int32_t>(field.size()));
    out += field;
  }
}

}  // namespace erg::store::wire
