// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "erg/format_error.h"

// Reads bytes as one format. A FormatError is an answer; anything else that is thrown is a find.
void read_foreign(std::string bytes);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    read_foreign(std::string{reinterpret_cast<const char*>(data), size});
  } catch (const erg::FormatError&) {
    return 0;
  }
  return 0;
}
