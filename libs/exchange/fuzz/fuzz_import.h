// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include "erg/format_error.h"
#include "erg/importer.h"
#include "erg/testing/temp_tree.h"

namespace erg {

// Imports whatever the folder holds. A FormatError is an answer; anything else that is thrown, and
// a run that is not sound, is a find.
inline void import_folder(ImportFormat format, const std::filesystem::path& folder) {
  ImportReport report;
  try {
    for (const auto& item : discover(format, folder, {}, report)) {
      const Run run = collect_run(item, {}, report);
      for (const auto& part : run.parts) {
        if (part.timelines.size() != part.header.channels.size()) std::abort();
        for (const auto& line : part.timelines) {
          const auto covered = line.covered();
          if (line.channel().kind == ChannelKind::gauge || !covered) continue;
          const double energy_j = line.energy_clamped(*covered).value();
          if (!(energy_j >= 0 && energy_j < 1e30)) std::abort();
        }
      }
    }
  } catch (const FormatError&) {
    return;
  }
}

}  // namespace erg
