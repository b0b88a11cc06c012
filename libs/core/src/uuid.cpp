// SPDX-License-Identifier: Apache-2.0
#include "erg/uuid.h"

#include <random>

namespace erg {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

// RFC 9562, 5.4 and 5.8: where version and variant stand.
void mark(std::array<std::uint8_t, 16>& bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | (version << 4U));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

Uuid Uuid::random() {
  std::random_device device;
  Uuid id;
  for (auto& byte : id.bytes_) byte = static_cast<std::uint8_t>(device());
  mark(id.bytes_, 4);
  return id;
}

Uuid Uuid::from_text(std::string_view text) {
  // Two FNV-1a hashes from different bases: not a secret, only a name.
  std::uint64_t hash[2] = {0xcbf29ce484222325U, 0x84222325cbf29ce4U};
  for (const char character : text) {
    for (auto& half : hash) half = (half ^ static_cast<std::uint8_t>(character)) * 0x100000001b3U;
    hash[1] ^= hash[0] >> 29U;
  }
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i) {
    id.bytes_[i] = static_cast<std::uint8_t>(hash[i / 8] >> (8 * (i % 8)));
  }
  mark(id.bytes_, 8);
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view word) {
  if (word.size() != kShape.size()) return std::nullopt;
  Uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (kShape[i] == '-') {
      if (word[i] != '-') return std::nullopt;
      continue;
    }
    const char lower = word[i] >= 'A' && word[i] <= 'F' ? static_cast<char>(word[i] + 32) : word[i];
    const auto digit = kDigits.find(lower);
    if (digit == std::string_view::npos) return std::nullopt;
    const unsigned above = id.bytes_[nibble / 2];
    id.bytes_[nibble / 2] = static_cast<std::uint8_t>(above << 4U | static_cast<unsigned>(digit));
    ++nibble;
  }
  return id;
}

std::string Uuid::text() const {
  std::string text{kShape};
  std::size_t nibble = 0;
  for (char& character : text) {
    if (character == '-') continue;
    const unsigned byte = bytes_[nibble / 2];
    character = kDigits[nibble % 2 == 0 ? byte >> 4U : byte & 0x0fU];
    ++nibble;
  }
  return text;
}

}  // namespace erg
