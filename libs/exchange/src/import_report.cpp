// SPDX-License-Identifier: Apache-2.0
#include "erg/import_report.h"

#include <algorithm>

namespace erg {

void ImportReport::warn(std::string_view name, std::string_view path, std::uint64_t count,
                        std::string_view detail) {
  if (count == 0) return;
  const auto same = std::ranges::find_if(
      warnings, [&](const ImportWarning& each) { return each.name == name && each.path == path; });
  if (same != warnings.end()) {
    same->count += count;
    return;
  }
  warnings.push_back({std::string{name}, std::string{path}, count, std::string{detail}});
}

std::uint64_t ImportReport::count(std::string_view name) const {
  std::uint64_t sum = 0;
  for (const auto& each : warnings) sum += each.name == name ? each.count : 0;
  return sum;
}

}  // namespace erg
