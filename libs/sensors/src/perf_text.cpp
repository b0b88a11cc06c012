// SPDX-License-Identifier: Apache-2.0
#include "perf_text.h"

#include <charconv>
#include <cmath>

#include "text_file.h"

namespace erg {
namespace {

// What stands before the separator; `text` loses it and the separator.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(part);
}

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  constexpr std::uint64_t kMost = 4096;
  std::vector<int> cpus;
  text = trimmed(text);
  while (!text.empty()) {
    std::string_view range = take(text, ',');
    const auto first = parse_unsigned(take(range, '-'));
    const auto last = range.empty() ? first : parse_unsigned(range);
    if (!first || !last || *last < *first || *last >= kMost) return {};
    for (std::uint64_t cpu = *first; cpu <= *last; ++cpu) cpus.push_back(static_cast<int>(cpu));
  }
  return cpus.size() > kMost ? std::vector<int>{} : cpus;
}

std::optional<std::uint64_t> parse_event(std::string_view text) {
  while (!text.empty()) {
    std::string_view term = take(text, ',');
    if (!term.starts_with("event=0x")) continue;
    term.remove_prefix(8);
    std::uint64_t number = 0;
    const char* const last = term.data() + term.size();
    const auto [end, error] = std::from_chars(term.data(), last, number, 16);
    if (error != std::errc{} || end != last || term.empty()) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

std::optional<double> parse_scale(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last || !std::isfinite(number) || number <= 0) {
    return std::nullopt;
  }
  return number;
}

}  // namespace erg
