// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace erg {

// A version 4 UUID (RFC 9562): the name of a run everywhere.
class Uuid {
 public:
  constexpr Uuid() = default;

  static Uuid random();
  // The same 16 bytes for the same text, so that an import done twice finds itself again.
  static Uuid from_text(std::string_view text);
  // Empty unless `word` is 8-4-4-4-12 hexadecimal digits.
  static std::optional<Uuid> parse(std::string_view word);

  std::string text() const;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

using RunId = Uuid;

}  // namespace erg
