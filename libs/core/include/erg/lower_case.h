// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace erg {

// ASCII letters in lower case, other bytes as they are: to compare names as people write them.
std::string lower_case(std::string_view text);

}  // namespace erg
