// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/channel.h"
#include "erg/device.h"
#include "erg/import_report.h"
#include "erg/timeline.h"

namespace erg::exchange {

// A column of a log that becomes a channel of every card in it.
struct SmiColumn {
  std::size_t place = 0;
  Channel channel;  // without a device
  std::int64_t nano_per_count = 1'000'000'000;
};

// A log of nvidia-smi --query-gpu=... --format=csv, whatever was queried.
struct SmiLog {
  std::filesystem::path path;
  std::vector<SmiColumn> columns;
  std::vector<Device> devices;                // in the order of their first rows
  std::map<std::string, std::size_t> by_key;  // what names a card in a row: its index in `devices`
  std::optional<std::size_t> time_place;
  std::optional<std::size_t> key_place;
  std::optional<UtcTime> first;  // local, as written; empty in a log without times
  std::optional<UtcTime> last;
  std::vector<std::uint64_t> absurd_times;  // rows whose stamp cannot be, counted from 1; in order
  std::vector<Nanoseconds> holes;           // of each card: a longer time without a row is a gap
  std::uint64_t rows = 0;
};

// The first pass. Throws FormatError for a file without a power column or without a row.
SmiLog scan_smi(const std::filesystem::path& path, ImportReport& report);

// Takes what a log holds, by card (index into devices) and column: readings in ascending order of
// time, and times without any.
struct SmiSink {
  std::function<void(std::size_t device, std::size_t column, std::span<const Sample>)> samples;
  std::function<void(std::size_t device, std::size_t column, const Gap&)> gap;
};

// The second pass, counted from `zero` of the log's own local time. A log without times gives its
// rows numbered: the n-th stands at n nanoseconds, and there are no gaps.
void stream_smi(const SmiLog& log, UtcTime zero, const SmiSink& sink, ImportReport& report);

}  // namespace erg::exchange
