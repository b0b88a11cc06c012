// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// Something in a foreign file that was skipped, assumed or refused, how often, and where first.
struct ImportWarning {
  std::string name;  // a stable word: "rows_skipped", "sessions_of_others", "not_imported", ...
  std::string path;
  std::uint64_t count = 1;
  std::string detail;

  friend bool operator==(const ImportWarning&, const ImportWarning&) = default;
};

// All that an import has to tell beside the runs.
struct ImportReport {
  std::vector<ImportWarning> warnings;

  // Nothing where `count` is 0; adds to a warning of the same name and path.
  void warn(std::string_view name, std::string_view path, std::uint64_t count,
            std::string_view detail);
  // How often `name` was warned of, over all paths.
  std::uint64_t count(std::string_view name) const;
};

}  // namespace erg
