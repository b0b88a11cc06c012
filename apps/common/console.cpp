// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "erg/file_writer.h"

namespace erg {
namespace {

TextStyle style_of(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool terminal = ::isatty(descriptor) == 1 && !(no_color && *no_color);
  return terminal ? TextStyle::terminal : TextStyle::plain;
}

}  // namespace

void print(std::string_view text) {
  if (const int reason = write_all(STDOUT_FILENO, text)) {
    throw std::runtime_error{std::string{"cannot write to standard output: "} +
                             std::strerror(reason)};
  }
}

void warn(std::string_view text) { inform("erg: warning: " + std::string{text} + "\n"); }

void inform(std::string_view text) { write_all(STDERR_FILENO, text); }

TextStyle stdout_style() { return style_of(STDOUT_FILENO); }
TextStyle stderr_style() { return style_of(STDERR_FILENO); }

}  // namespace erg
