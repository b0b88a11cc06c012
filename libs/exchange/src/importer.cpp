// SPDX-License-Identifier: Apache-2.0
#include "erg/importer.h"

#include <fmt/format.h>

#include <array>

#include "erg/format_error.h"
#include "erg/run_collector.h"
#include "importers.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 9> kFormats{"thesis",     "blocks",       "nvidia-smi",
                                                   "codecarbon", "powermetrics", "meter-trace",
                                                   "csv",        "zeus",         "pvwatts"};

}  // namespace

std::string_view to_string(ImportFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

std::optional<ImportFormat> import_format_from(std::string_view word) {
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    if (kFormats[i] == word) return static_cast<ImportFormat>(i);
  }
  return std::nullopt;
}

ImportedRun import_run(const ImportItem& item, const ImportOptions& options, const OpenRun& open,
                       ImportReport& report) {
  const exchange::Import import{item, options, open, report};
  switch (item.format) {
    case ImportFormat::thesis:
      return exchange::is_early(item.path) ? exchange::import_thesis_early(import)
                                           : exchange::import_thesis(import);
    case ImportFormat::blocks:
      return exchange::import_blocks(import);
    case ImportFormat::nvidia_smi:
      return exchange::import_nvidia_smi(import);
    case ImportFormat::codecarbon:
      return exchange::import_codecarbon(import);
    case ImportFormat::powermetrics:
      return exchange::import_powermetrics(import);
    case ImportFormat::meter_trace:
      return exchange::import_meter_trace(import);
    case ImportFormat::csv:
      return exchange::import_csv(import);
    case ImportFormat::zeus:
      return exchange::import_zeus(import);
    case ImportFormat::pvwatts:
      return exchange::import_pvwatts(import);
  }
  throw FormatError{"a format that is none"};
}

Run collect_run(const ImportItem& item, const ImportOptions& options, ImportReport& report) {
  Run run;
  const auto open = [&](const RunHeader& header, const PartHeader& part) {
    return std::make_unique<RunCollector>(header, part, run);
  };
  run.breakdowns = import_run(item, options, open, report).breakdowns;
  return run;
}

}  // namespace erg
