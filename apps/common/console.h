// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "erg/text_table.h"

namespace erg {

// Wrong usage: what was wrong and what would be right. Ends the program with status 2.
class UsageError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// Results go to stdout. Throws when they cannot be written (a full disk, a closed pipe).
void print(std::string_view text);

// Progress and warnings go to stderr, one line each: "erg: warning: ...".
void warn(std::string_view text);
void inform(std::string_view text);  // as it is, no prefix

// How text for stdout or stderr may look: plain in a pipe, a file, or with NO_COLOR set.
TextStyle stdout_style();
TextStyle stderr_style();

}  // namespace erg
