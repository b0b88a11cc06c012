// SPDX-License-Identifier: Apache-2.0
#include "output_file.h"

#include <unistd.h>

#include <stdexcept>

#include "console.h"

namespace erg {

void must_be_writable(const std::string& option, const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  const std::string tried = option + " " + path.string() + ": ";
  if (fs::is_directory(path, error)) throw UsageError{tried + "it is a folder, not a file"};
  if (!fs::is_directory(folder, error)) {
    throw std::runtime_error{tried + "there is no folder " + folder.string() + ": make it first"};
  }
  const bool as_it_is = fs::exists(path, error) && !fs::is_regular_file(path, error);
  const fs::path written = as_it_is ? path : folder;
  if (::access(written.c_str(), as_it_is ? W_OK : W_OK | X_OK) != 0) {
    throw std::runtime_error{tried + "cannot write " + (as_it_is ? "" : "in ") + written.string() +
                             ": name another place"};
  }
}

}  // namespace erg
