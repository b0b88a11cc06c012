// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/import_report.h"

namespace erg {

// One row of Zeus' traces of training under power caps: an epoch.
struct CapTraceRow {
  std::string device;  // from the file's name: "summary_power_a40.csv" is of an A40
  std::string data;
  std::string network;
  std::string optimizer;
  std::int64_t batch = 0;
  Watts cap;
  Seconds time{0};  // of an epoch
  Watts power;      // mean of the epoch; it may exceed the cap

  Joules energy() const { return power * time; }
  // "cifar100/resnet50 batch 128 adam"
  std::string workload() const;
};

// The rows of one CSV in their order. One without a positive cap, time and power is skipped, and
// told (rows_malformed); one of more than 1.5 times its cap is kept, and told (power_above_cap).
// Throws FormatError where a column is missing.
std::vector<CapTraceRow> read_cap_trace_rows(const std::filesystem::path& file,
                                             ImportReport& report);

// The sweeps of a CSV, or of every CSV of a folder, by device and workload; a cap that was run
// several times is one point, their mean.
std::vector<CapCurve> read_cap_traces(const std::filesystem::path& path, ImportReport& report);

}  // namespace erg
