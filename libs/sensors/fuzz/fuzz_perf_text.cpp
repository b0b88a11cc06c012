// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "perf_text.h"
#include "text_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const int cpu : erg::parse_cpu_list(text)) {
    if (cpu < 0) std::abort();
  }
  if (const auto scale = erg::parse_scale(text); scale && !(std::isfinite(*scale) && *scale > 0)) {
    std::abort();
  }
  erg::parse_event(text);
  erg::parse_unsigned(text);
  erg::parse_signed(text);
  for (const char c : erg::printable(text)) {
    if (c < ' ' || c > '~') std::abort();
  }
  return 0;
}
