// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace erg {

// KEY=VALUE each; the last of equal keys counts. Throws UsageError for one without '=' or key.
std::map<std::string, std::string> parse_tags(const std::vector<std::string>& words);

}  // namespace erg
