// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace erg {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what + ": " + std::strerror(errno)};
}

TextStyle style_of(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool terminal = ::isatty(descriptor) == 1 && !(no_color && *no_color);
  return terminal ? TextStyle::terminal : TextStyle::plain;
}

// False, with errno set, when not all of it could be written.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void print(std::string_view text) {
  if (!write_all(STDOUT_FILENO, text)) fail("cannot write to standard output");
}

void warn(std::string_view text) { inform("erg: warning: " + std::string{text} + "\n"); }

void inform(std::string_view text) { write_all(STDERR_FILENO, text); }

TextStyle stdout_style() { return style_of(STDOUT_FILENO); }
TextStyle stderr_style() { return style_of(STDERR_FILENO); }

}  // namespace erg
