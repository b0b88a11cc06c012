// SPDX-License-Identifier: Apache-2.0
// The three files of a trace, one after another: the first two end at a zero byte.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const erg::testing::TempTree tree;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  for (const char* file : {"t/PMD_start_ts.txt", "t/gpudata.csv"}) {
    const auto end = rest.find('\0');
    tree.write(file, rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  tree.write("t/timestamps.csv", rest.substr(0, rest.size() / 4));
  tree.write("t/PMD_data.bin", rest);
  erg::import_folder(erg::ImportFormat::meter_trace, tree.root());
  return 0;
}
