// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "erg/count.h"
#include "erg/network_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    erg::count(erg::network_from_json(text, "fuzz"));
  } catch (const std::runtime_error&) {
    // Refused, in one line.
  }
  return 0;
}
