// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace erg::html {

// Fit for HTML and SVG text and attribute values: markup escaped, control characters and bytes that
// are no UTF-8 replaced.
std::string escaped(std::string_view text);

// <tag attributes>content</tag>; the content is markup already.
std::string element(std::string_view tag, std::string_view attributes, std::string_view content);

}  // namespace erg::html
