// SPDX-License-Identifier: Apache-2.0
#include "erg/decimal.h"

#include <array>
#include <charconv>
#include <cmath>

#include "scan_nano.h"

namespace erg {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// Digits, a point, and more than nine decimals.
std::optional<Nano> parse_long_fraction(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  std::uint64_t sum = 0;
  std::size_t i = 0;
  for (; i < text.size() && digit(text[i]); ++i) {
    sum = sum * 10 + static_cast<std::uint64_t>(text[i] - '0');
    if (sum > 9'223'372'035) return std::nullopt;
  }
  const bool any = i > 0;
  std::size_t decimals = 0;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && digit(text[i]); ++i, ++decimals) {
      if (decimals < 9) sum = sum * 10 + static_cast<std::uint64_t>(text[i] - '0');
      if (decimals == 9 && text[i] >= '5') ++sum;
    }
  }
  if (i != text.size() || (!any && decimals == 0)) return std::nullopt;
  for (; decimals < 9; ++decimals) sum *= 10;
  const auto value = static_cast<Nano>(sum);
  return negative ? -value : value;
}

}  // namespace

std::optional<Nano> parse_nano(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (text.find_first_of("eE") == std::string_view::npos) return parse_long_fraction(text);
  const auto number = parse_number(text);
  if (!number || !(std::abs(*number) < 9.2e9)) return std::nullopt;
  const double whole = std::trunc(*number);
  return static_cast<Nano>(whole) * kNanoPerOne + std::llround((*number - whole) * 1e9);
}

std::optional<double> parse_number(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool says_missing(std::string_view text) {
  text = trimmed(text);
  static constexpr std::array<std::string_view, 12> kWords{"",
                                                           "nan",
                                                           "NaN",
                                                           "NAN",
                                                           "N/A",
                                                           "n/a",
                                                           "[N/A]",
                                                           "None",
                                                           "null",
                                                           "NA",
                                                           "[Not Supported]",
                                                           "[Unknown Error]"};
  for (const auto word : kWords) {
    if (text == word) return true;
  }
  return false;
}

double number_of(Nano value) {
  // Both parts are exact, so the one addition rounds to nearest.
  const auto whole = static_cast<double>(value / kNanoPerOne);
  return whole + static_cast<double>(value % kNanoPerOne) / 1e9;
}

Nanoseconds nanoseconds_of(double unix_seconds) {
  const double whole = std::floor(unix_seconds);
  return Nanoseconds{static_cast<std::int64_t>(whole) * kNanoPerOne +
                     std::llround((unix_seconds - whole) * 1e9)};
}

}  // namespace erg
