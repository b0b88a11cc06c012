// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/import_report.h"
#include "erg/run_writer.h"

namespace erg {

// Whose files they are. cap_traces and solar years are no runs: see cap_trace_file.h,
// pvwatts_file.h.
enum class ImportFormat : std::uint8_t {
  thesis,        // the archive of the study: any folder of it
  blocks,        // recorded blocks of step designs: samples.csv and blocks.csv
  nvidia_smi,    // CSV logs of nvidia-smi --query-gpu
  codecarbon,    // emissions.csv
  powermetrics,  // text logs
  meter_trace,   // NVML beside a meter: gpudata.csv and PMD_data.bin
  csv,           // any table of time and power
  zeus,          // traces of epochs under power caps: a run a row; see cap_trace_file.h, too
  pvwatts,       // a year of solar panels: what they give; see pvwatts_file.h, too
};

std::string_view to_string(ImportFormat format);
// "thesis", "blocks", "nvidia-smi", "codecarbon", "powermetrics", "meter-trace", "csv",
// "zeus", "pvwatts".
std::optional<ImportFormat> import_format_from(std::string_view word);

// What a plain table's columns mean.
struct ColumnMap {
  std::string time = "timestamp";
  std::string power = "power_in_watts";
  std::string time_unit = "s";   // "s", "ms", "us", "ns": numbers since 1970 or since any zero
  std::string power_unit = "W";  // "W", "mW", "kW"
};

// What the files themselves do not say.
struct ImportOptions {
  std::string name;                    // of the run; empty: from the path
  std::string device;                  // name of the device, where the files do not know it
  ColumnMap columns;                   // csv
  std::optional<Seconds> period;       // of rows without a time stamp
  std::chrono::minutes utc_offset{0};  // of local time stamps
};

// One run to be, found by discover().
struct ImportItem {
  ImportFormat format = ImportFormat::thesis;
  std::filesystem::path path;  // a file or a folder; "-": standard input
  std::size_t index = 0;       // of the run in a file of many
  std::string name;            // what the run will be called
  std::uint64_t bytes = 0;     // to be read
};

// What would be imported from `path`, in order; nothing is changed. Throws FormatError where there
// is no such path.
std::vector<ImportItem> discover(ImportFormat format, const std::filesystem::path& path,
                                 const ImportOptions& options, ImportReport& report);

// Begins the run in its place. May return nullptr: the run is there already and is passed over.
using OpenRun = std::function<std::unique_ptr<RunWriter>(const RunHeader&, const PartHeader&)>;

// What becomes of an item.
struct ImportedRun {
  RunId id;
  bool already_there = false;
  std::vector<Breakdown> breakdowns{};  // energies that the other tool computed itself
};

// Reads one item piece by piece into the writer that `open` gives, and finishes it. Memory does not
// grow with the readings. The same files make the same RunId wherever they lie. Where it throws
// (FormatError, StoreError) after `open`, the run was begun and not finished: remove it.
ImportedRun import_run(const ImportItem& item, const ImportOptions& options, const OpenRun& open,
                       ImportReport& report);

// The same as one value.
Run collect_run(const ImportItem& item, const ImportOptions& options, ImportReport& report);

}  // namespace erg
