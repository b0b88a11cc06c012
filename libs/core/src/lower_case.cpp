// SPDX-License-Identifier: Apache-2.0
#include "erg/lower_case.h"

#include <algorithm>
#include <cctype>

namespace erg {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return lower;
}

}  // namespace erg
