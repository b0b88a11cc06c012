// SPDX-License-Identifier: Apache-2.0
#include "tags.h"

#include "console.h"

namespace erg {

std::map<std::string, std::string> parse_tags(const std::vector<std::string>& words) {
  std::map<std::string, std::string> tags;
  for (const auto& word : words) {
    const auto sign = word.find('=');
    if (sign == std::string::npos || sign == 0) {
      throw UsageError{"a tag is KEY=VALUE, and '" + plain_text(word) + "' is none"};
    }
    tags[word.substr(0, sign)] = word.substr(sign + 1);
  }
  return tags;
}

}  // namespace erg
