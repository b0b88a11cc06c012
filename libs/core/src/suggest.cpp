// SPDX-License-Identifier: Apache-2.0
#include "erg/suggest.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace erg {
namespace {

char lower(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

// Restricted Damerau-Levenshtein distance, three rows at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view word,
                                             std::span<const std::string_view> candidates) {
  constexpr std::size_t kLongest = 256;  // nobody mistypes more; keeps the cost bounded
  if (word.size() > kLongest) return std::nullopt;
  std::optional<std::string_view> nearest;
  std::size_t fewest = 0;
  for (const auto candidate : candidates) {
    if (word.empty() || candidate.empty()) continue;
    const std::size_t edits = distance(word, candidate);
    // Of short names less than half, or they have nothing in common.
    const std::size_t half = (std::max(word.size(), candidate.size()) - 1) / 2;
    const std::size_t allowed = std::min(half, std::max<std::size_t>(2, candidate.size() / 3));
    if (edits <= allowed && (!nearest || edits < fewest)) {
      nearest = candidate;
      fewest = edits;
    }
  }
  return nearest;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  const auto nearest = nearest_name(word, candidates);
  return nearest ? " (did you mean '" + std::string{*nearest} + "'?)" : std::string{};
}

}  // namespace erg
