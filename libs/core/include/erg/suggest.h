// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace erg {

// The candidate that `word` was probably meant to be: the fewest insertions, deletions,
// replacements and swaps of neighbours away, ignoring case, and the first of equals. Empty when
// even that one differs in more than a third of its letters (two at least), so that nonsense
// suggests nothing.
std::optional<std::string_view> nearest_name(std::string_view word,
                                             std::span<const std::string_view> candidates);

// " (did you mean 'resnet18'?)", or nothing: to end an error message with.
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace erg
