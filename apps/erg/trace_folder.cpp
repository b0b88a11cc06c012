// SPDX-License-Identifier: Apache-2.0
#include "trace_folder.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "console.h"
#include "erg/importer.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOfATrace{"PMD_data.bin", "PMD_start_ts.txt", "gpudata.csv"};

bool has(const fs::path& folder, const char* name) {
  std::error_code unknown;
  return fs::is_regular_file(folder / name, unknown);
}

// Names what a trace lacks, where any of it is there. What is told by the importer, too, is once.
void name_missing(const fs::path& folder, ImportReport& report) {
  bool any_of_meter = false;
  for (const char* name : {"PMD_data.bin", "PMD_start_ts.txt"}) any_of_meter |= has(folder, name);
  const bool looks_like_one = any_of_meter || has(folder, "gpudata.csv");
  if (!looks_like_one) return;
  for (const char* name : kOfATrace) {
    if (has(folder, name)) continue;
    const bool data = name == kOfATrace.front();
    report.warn("file_missing", (folder / name).string(), 1,
                data ? "no meter: what follows is judged by the log alone"
                     : "a trace has PMD_data.bin, PMD_start_ts.txt and gpudata.csv");
  }
}

// Whether the meter's series has any length: two records at least.
bool metered(const Run& run) {
  for (const auto& part : run.parts) {
    for (const auto& line : part.timelines) {
      const bool meter = line.channel().device.starts_with("meter");
      if (meter && line.covered()) return true;
    }
  }
  return false;
}

// Other tools' files that lie in a folder of traces, and are no log.
bool is_of_a_trace(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == "timestamps.csv" || name.starts_with("PMD_");
}

}  // namespace

std::optional<Run> meter_trace(const std::string& folder, ImportReport& report) {
  name_missing(folder, report);
  const auto items = discover(ImportFormat::meter_trace, folder, {}, report);
  std::erase_if(report.warnings,
                [](const ImportWarning& one) { return one.name == "nothing_found"; });
  if (items.empty()) return std::nullopt;
  Run run = collect_run(items.front(), {}, report);
  if (metered(run)) return run;
  // The log is read once more, alone: what it holds that is no good is told then.
  const std::string log = (fs::path{folder} / "gpudata.csv").string();
  std::erase_if(report.warnings, [&](const ImportWarning& one) { return one.path == log; });
  report.warn("meter_empty", (fs::path{folder} / kOfATrace.front()).string(), 1,
              "fewer than two records, so no meter: what follows is judged by the log alone");
  return std::nullopt;
}

std::vector<Run> logs_in(const std::string& folder, ImportReport& report) {
  std::vector<Run> runs;
  for (const auto format :
       {ImportFormat::nvidia_smi, ImportFormat::powermetrics, ImportFormat::codecarbon}) {
    ImportReport not_told;  // that a file is of another format
    for (const auto& item : discover(format, folder, {}, not_told)) {
      const bool emissions = item.path.filename().string().find("emissions") != std::string::npos;
      if (emissions != (format == ImportFormat::codecarbon) || is_of_a_trace(item.path)) continue;
      try {
        runs.push_back(collect_run(item, {}, report));
      } catch (const std::exception& error) {
        report.warn("not_read", item.path.string(), 1, error.what());
      }
    }
  }
  return runs;
}

void tell(const ImportReport& report) {
  for (const auto& one : report.warnings) {
    warn(fmt::format("{}: {} x {}: {}", one.path, one.count, one.name, one.detail));
  }
}

}  // namespace erg
