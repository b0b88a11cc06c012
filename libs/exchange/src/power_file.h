// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "erg/decimal.h"
#include "erg/import_report.h"
#include "erg/timeline.h"

namespace erg::exchange {

// Which columns of a table are the time, the power and the clocks.
struct PowerTable {
  std::filesystem::path path;
  std::string time = "timestamp";
  std::string power = "power_in_watts";
  std::vector<std::string> clocks{};  // those the table has are read, in MHz
  bool python_times = false;          // doubles that Python wrote: see nanoseconds_of()
  double seconds_per_time = 1;        // the unit of the time column
};

// Rows under one header, of a file that may have been opened for appending.
struct PowerSession {
  std::size_t index = 0;
  Nanoseconds begin{0};  // of its first and last row, as the file counts time
  Nanoseconds end{0};
  std::uint64_t rows = 0;
  double resolution_w = 1e-3;  // the coarsest power of a thousand that holds every value exactly
  std::vector<bool> has_clock{};
};

struct PowerScan {
  std::vector<PowerSession> sessions;  // those with rows
  std::uint64_t rows = 0;
};

// The first pass: what sessions there are. Warns of rows that are no readings.
PowerScan scan_power(const PowerTable& table, ImportReport& report);

// The sessions by their begin, less those that begin before the one before them ends, of which is
// warned.
std::vector<PowerSession> in_order(std::vector<PowerSession> sessions,
                                   const std::filesystem::path& path, ImportReport& report);

// Readings of one channel: 0 is the power, then the table's clocks.
using TakeSamples = std::function<void(std::size_t channel, std::span<const Sample>)>;

// The second pass: the readings of one session, in ascending order of time, counted from `zero`.
// What is skipped was told by the first pass.
void stream_power(const PowerTable& table, const PowerSession& session, Nanoseconds zero,
                  const TakeSamples& take);

}  // namespace erg::exchange
