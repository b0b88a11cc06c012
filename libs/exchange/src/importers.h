// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/importer.h"

// One function a format: reads an item into the writer that `open` gives.
namespace erg::exchange {

// What every importer is given.
struct Import {
  const ImportItem& item;
  const ImportOptions& options;
  const OpenRun& open;
  ImportReport& report;
};

ImportedRun import_thesis(const Import& import);
ImportedRun import_thesis_early(const Import& import);  // the study's early parts: watts at 1 Hz
ImportedRun import_blocks(const Import& import);
ImportedRun import_nvidia_smi(const Import& import);
ImportedRun import_codecarbon(const Import& import);
ImportedRun import_powermetrics(const Import& import);
ImportedRun import_meter_trace(const Import& import);
ImportedRun import_csv(const Import& import);
ImportedRun import_zeus(const Import& import);
ImportedRun import_pvwatts(const Import& import);

// Whether a folder of the archive is of its early parts.
bool is_early(const std::filesystem::path& folder);

// How many runs an emissions.csv holds.
std::size_t codecarbon_rows(const std::filesystem::path& path);

}  // namespace erg::exchange
