// SPDX-License-Identifier: Apache-2.0
#include "smi_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "run_setup.h"
#include "smi_times.h"
#include "time_text.h"

namespace erg::exchange {
namespace {

constexpr std::string_view kMethod = "nvidia-smi log";
constexpr std::int64_t kNano = 1'000'000'000;
constexpr Nano kMostPower = Nano{10'000} * kNano;  // no card draws ten kilowatts

// A query of nvidia-smi, by its full name and its short one.
struct Query {
  std::string_view name;
  std::string_view also;
  std::string_view channel;
  ChannelKind kind;
  Unit unit;
  double resolution;  // in the unit
  std::int64_t nano_per_count;
};

constexpr auto kPower = ChannelKind::windowed_power;
constexpr auto kGauge = ChannelKind::gauge;
constexpr std::array<Query, 9> kQueries{{
    {"power.draw", "", "power", kPower, Unit::watt, 1e-3, kNano / 1000},
    {"power.draw.average", "", "power_average", kPower, Unit::watt, 1e-3, kNano / 1000},
    {"power.draw.instant", "", "power_instant", kPower, Unit::watt, 1e-3, kNano / 1000},
    {"temperature.gpu", "", "temperature", kGauge, Unit::celsius, 1, kNano},
    {"clocks.current.sm", "clocks.sm", "sm_clock", kGauge, Unit::hertz, 1e6, kNano},
    {"clocks.current.memory", "clocks.mem", "memory_clock", kGauge, Unit::hertz, 1e6, kNano},
    {"clocks.current.graphics", "clocks.gr", "graphics_clock", kGauge, Unit::hertz, 1e6, kNano},
    {"utilization.gpu", "", "utilization", kGauge, Unit::ratio, 1e-2, kNano},
    {"memory.used", "", "memory_used", kGauge, Unit::byte, 1 << 20, kNano},
}};
// Of these each card has one, which names it; the surest first.
constexpr std::array<std::string_view, 5> kKeys{"uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id",
                                                "index"};

// "power.draw [W]" is power.draw.
std::string_view without_unit(std::string_view name) {
  const auto bracket = name.find(" [");
  return bracket == std::string_view::npos ? name : name.substr(0, bracket);
}

// "77.27 W" is 77.27.
std::optional<Nano> reading(std::string_view cell) {
  const auto blank = cell.find(' ');
  return parse_nano(blank == std::string_view::npos ? cell : cell.substr(0, blank));
}

// nvidia-smi writes watts, and nothing else is taken for them.
void check_units(const SmiLog& log, std::span<const std::string_view> header) {
  for (const auto name : header) {
    if (!name.starts_with("power.draw") || name == without_unit(name) || name.ends_with(" [W]")) {
      continue;
    }
    throw FormatError{fmt::format("{}: the column '{}' is not in W, as nvidia-smi writes it",
                                  log.path.string(), name)};
  }
}

void find_columns(SmiLog& log, std::span<const std::string_view> names) {
  log.time_place = find_column(names, "timestamp");
  for (const auto key : kKeys) {
    if (!log.key_place) log.key_place = find_column(names, key);
  }
  for (const Query& query : kQueries) {
    auto place = find_column(names, query.name);
    if (!place && !query.also.empty()) place = find_column(names, query.also);
    if (!place) continue;
    Channel channel =
        power_channel(std::string{query.channel}, "", query.resolution, std::string{kMethod});
    channel.kind = query.kind;
    channel.unit = query.unit;
    if (query.kind == kGauge) channel.gain_u = 0;
    log.columns.push_back({*place, std::move(channel), query.nano_per_count});
  }
  const bool power = std::ranges::any_of(
      log.columns, [](const SmiColumn& column) { return column.channel.kind == kPower; });
  if (!power) {
    throw FormatError{fmt::format("{}: no column power.draw, as nvidia-smi --query-gpu writes it",
                                  log.path.string())};
  }
}

// Rows of a log, whose header may be repeated.
class SmiRows {
 public:
  explicit SmiRows(const std::filesystem::path& path)
      : source_{open_bytes(path)}, reader_{*source_} {
    if (!reader_.next()) throw FormatError{path.string() + ": empty"};
    for (const auto field : reader_.fields()) header_.emplace_back(field);
  }

  std::vector<std::string_view> header() const { return {header_.begin(), header_.end()}; }
  // The next row with as many fields as the header.
  bool next() {
    while (reader_.next()) {
      const auto fields = reader_.fields();
      const bool again = std::ranges::equal(fields, header_);
      if (!again && fields.size() == header_.size() && !reader_.unterminated()) return true;
      malformed += again ? 0 : 1;
    }
    return false;
  }
  std::string_view operator[](std::size_t place) const { return reader_.fields()[place]; }

  std::uint64_t malformed = 0;

 private:
  std::unique_ptr<ByteSource> source_;
  CsvReader reader_;
  std::vector<std::string> header_;
};

std::string key_of(const SmiLog& log, const SmiRows& row) {
  return log.key_place ? std::string{row[*log.key_place]} : std::string{};
}

void add_device(SmiLog& log, const SmiRows& row, std::span<const std::string_view> names) {
  Device device;
  const std::string key = key_of(log, row);
  device.id = key.starts_with("GPU-") ? key : fmt::format("gpu-{}", key.empty() ? "0" : key);
  device.kind = DeviceKind::gpu;
  const auto cell = [&](std::string_view name) {
    const auto place = find_column(names, name);
    return place ? row[*place] : std::string_view{};
  };
  device.name = cell("name").empty() ? cell("gpu_name") : cell("name");
  device.driver = cell("driver_version");
  if (const auto watts = reading(cell("power.limit")))
    device.power_limit = Watts{number_of(*watts)};
  if (const auto watts = reading(cell("power.max_limit"))) {
    device.power_limit_max = Watts{number_of(*watts)};
  }
  log.by_key[key] = log.devices.size();
  log.devices.push_back(std::move(device));
}

// Puts into the log what its stamps tell. Returns how many rows have none.
std::uint64_t scan_rows(SmiLog& log, SmiRows& row, std::span<const std::string_view> names) {
  std::vector<StampSieve> sieves;
  std::uint64_t untimed = 0;
  for (std::uint64_t number = 1; row.next(); ++number) {
    const auto time = log.time_place ? parse_time_text(row[*log.time_place]) : std::nullopt;
    if (log.time_place && !time) {
      ++untimed;
      continue;
    }
    const std::string key = key_of(log, row);
    if (!log.by_key.contains(key)) add_device(log, row, names);
    sieves.resize(log.devices.size());
    if (time) sieves[log.by_key.at(key)].add(number, *time);
    ++log.rows;
  }
  for (StampSieve& sieve : sieves) {
    sieve.finish();
    log.holes.push_back(sieve.hole());
    log.absurd_times.insert(log.absurd_times.end(), sieve.absurd().begin(), sieve.absurd().end());
    if (!sieve.first()) continue;
    log.first = std::min(log.first.value_or(*sieve.first()), *sieve.first());
    log.last = std::max(log.last.value_or(*sieve.last()), *sieve.last());
  }
  std::ranges::sort(log.absurd_times);
  return untimed;
}

// Sorts the rows of a log into channels.
class SmiStream {
 public:
  SmiStream(const SmiLog& log, const SmiSink& sink)
      : log_{log},
        sink_{sink},
        width_{log.columns.size()},
        batches_(width_ * log.devices.size()),
        seen_(batches_.size(), Timestamp::min()),
        last_(log.devices.size(), Timestamp::min()) {}

  void add(std::size_t device, Timestamp time, const SmiRows& row) {
    if (time <= last_[device]) {
      ++backwards;
      return;
    }
    lost += is_hole(device, last_[device], time) ? 1 : 0;
    last_[device] = time;
    for (std::size_t i = 0; i < width_; ++i) {
      const SmiColumn& column = log_.columns[i];
      const auto value = reading(row[column.place]);
      if (!value || (column.channel.kind == kPower && *value < 0)) {
        ++missing;
      } else if (column.channel.kind == kPower && *value > kMostPower) {
        ++absurd;
      } else {
        put(device, i, {time, *value / column.nano_per_count});
      }
    }
  }

  void flush() {
    for (std::size_t index = 0; index < batches_.size(); ++index) flush(index);
  }

  std::uint64_t missing = 0;
  std::uint64_t absurd = 0;
  std::uint64_t backwards = 0;
  std::uint64_t lost = 0;

 private:
  bool is_hole(std::size_t device, Timestamp from, Timestamp until) const {
    return log_.time_place && from != Timestamp::min() && until - from > log_.holes[device];
  }

  void put(std::size_t device, std::size_t column, Sample sample) {
    constexpr std::size_t kBatch = 4096;
    const std::size_t index = device * width_ + column;
    if (is_hole(device, seen_[index], sample.time)) {
      sink_.gap(device, column, {{seen_[index], sample.time}, GapReason::unreadable});
    }
    seen_[index] = sample.time;
    batches_[index].push_back(sample);
    if (batches_[index].size() == kBatch) flush(index);
  }

  void flush(std::size_t index) {
    if (!batches_[index].empty()) sink_.samples(index / width_, index % width_, batches_[index]);
    batches_[index].clear();
  }

  const SmiLog& log_;
  const SmiSink& sink_;
  std::size_t width_;
  std::vector<std::vector<Sample>> batches_;
  std::vector<Timestamp> seen_;  // of each channel
  std::vector<Timestamp> last_;  // of each card
};

}  // namespace

SmiLog scan_smi(const std::filesystem::path& path, ImportReport& report) {
  SmiLog log;
  log.path = path;
  if (std::filesystem::is_regular_file(path) && std::filesystem::file_size(path) == 0) {
    report.warn("file_short", path.string(), 1, "empty");
  }
  SmiRows row{path};
  const auto header = row.header();
  check_units(log, header);
  auto names = header;
  for (auto& name : names) name = without_unit(name);
  find_columns(log, names);
  const std::uint64_t untimed = scan_rows(log, row, names);
  report.warn("rows_malformed", path.string(), row.malformed + untimed,
              "rows that are cut, have another number of fields, or no time; skipped");
  if (log.rows == 0) {
    report.warn("file_short", path.string(), 1, "a header, and no row that can be read");
    throw FormatError{path.string() + ": not one row with a time and a power"};
  }
  report.warn("time_absurd", path.string(), log.absurd_times.size(),
              "rows with a stamp far from those around them; skipped");
  return log;
}

void stream_smi(const SmiLog& log, UtcTime zero, const SmiSink& sink, ImportReport& report) {
  SmiStream stream{log, sink};
  SmiRows row{log.path};
  for (std::uint64_t number = 1; row.next(); ++number) {
    const auto written = log.time_place ? parse_time_text(row[*log.time_place]) : std::nullopt;
    if (log.time_place && !written) continue;
    if (std::ranges::binary_search(log.absurd_times, number)) continue;
    const auto device = log.by_key.find(key_of(log, row));
    if (device == log.by_key.end()) continue;
    const Nanoseconds time =
        written ? *written - zero : Nanoseconds{static_cast<std::int64_t>(number)};
    stream.add(device->second, Timestamp{time}, row);
  }
  stream.flush();
  const std::string path = log.path.string();
  report.warn("cells_missing", path, stream.missing,
              "cells without a number, or with a power below zero; skipped");
  report.warn("power_absurd", path, stream.absurd, "powers above 10 kW; skipped");
  report.warn("time_backwards", path, stream.backwards,
              "rows not later than the one before them; skipped");
  report.warn("time_lost", path, stream.lost,
              "stretches of time without a row, each longer than ten of the usual spacings and a "
              "second; kept as gaps");
}

}  // namespace erg::exchange
