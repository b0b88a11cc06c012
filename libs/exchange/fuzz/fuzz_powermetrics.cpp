// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const erg::testing::TempTree tree;
  tree.write("pm.txt", {reinterpret_cast<const char*>(data), size});
  erg::import_folder(erg::ImportFormat::powermetrics, tree.root());
  return 0;
}
