// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace erg::testing {

// A temporary directory that plays a piece of /sys, removed on destruction.
class TempTree {
 public:
  TempTree() {
    auto pattern = (std::filesystem::temp_directory_path() / "erg-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp failed: " + pattern};
    root_ = pattern;
  }
  ~TempTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path path(const std::filesystem::path& file) const { return root_ / file; }

  void write(const std::filesystem::path& file, std::string_view content) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream{root_ / file, std::ios::binary} << content;
  }

  std::string read(const std::filesystem::path& file) const {
    std::ifstream in{root_ / file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  std::filesystem::path root_;
};

}  // namespace erg::testing
