// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 7> kColumns{"dataset",      "network",     "batch_size",
                                                   "optimizer",    "power_limit", "time_per_epoch",
                                                   "average_power"};

// A card keeps its cap on average, to some tenths at the lowest caps (a published A40: 1.21).
constexpr double kMostOverCap = 1.5;

std::string device_of(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  if (const auto dot = name.find('.'); dot != std::string::npos) name.resize(dot);
  name.erase(0, name.rfind('_') + 1);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::array<std::size_t, kColumns.size()> places_of(std::span<const std::string_view> header,
                                                   const std::string& path) {
  std::array<std::size_t, kColumns.size()> places{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto place = find_column(header, kColumns[i]);
    if (!place) throw FormatError{fmt::format("{}: the column {} is missing", path, kColumns[i])};
    places[i] = *place;
  }
  return places;
}

// Points of one cap become their mean. Repetitions are few: their spread says nothing yet.
std::vector<CapPoint> by_cap(std::vector<CapTraceRow> rows) {
  std::ranges::stable_sort(rows, {}, &CapTraceRow::cap);
  std::vector<CapPoint> points;
  for (auto row = rows.begin(); row != rows.end();) {
    CapPoint point;
    point.cap = row->cap;
    point.runs = 0;
    for (; row != rows.end() && row->cap == point.cap; ++row, ++point.runs) {
      point.energy.value += row->energy();
      point.time.value += row->time;
    }
    const auto runs = static_cast<double>(point.runs);
    point.energy.value = point.energy.value / runs;
    point.time.value = point.time.value / runs;
    point.power = point.energy.value / point.time.value;
    points.push_back(point);
  }
  return points;
}

std::vector<std::filesystem::path> csv_files(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{path}) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string CapTraceRow::workload() const {
  return fmt::format("{}/{} batch {} {}", data, network, batch, optimizer);
}

std::vector<CapTraceRow> read_cap_trace_rows(const std::filesystem::path& file,
                                             ImportReport& report) {
  const auto source = open_bytes(file);
  CsvReader reader{*source};
  if (!reader.next()) throw FormatError{file.string() + ": empty"};
  const auto places = places_of(reader.fields(), file.string());
  const std::size_t needed = *std::ranges::max_element(places) + 1;
  std::vector<CapTraceRow> rows;
  std::uint64_t bad = 0, above = 0;
  while (reader.next()) {
    const auto fields = reader.fields();
    if (fields.size() < needed || reader.unterminated()) {
      ++bad;
      continue;
    }
    const auto number = [&](std::size_t column) {
      return parse_number(fields[places[column]]).value_or(-1);
    };
    CapTraceRow row;
    row.device = device_of(file);
    row.data = fields[places[0]];
    row.network = fields[places[1]];
    row.optimizer = fields[places[3]];
    row.cap = Watts{number(4)};
    row.time = Seconds{number(5)};
    row.power = Watts{number(6)};
    const double batch = number(2);
    const auto sound = [](double value) { return value > 0 && value < 1e9; };
    if (!sound(batch) || !sound(row.cap.value()) || !sound(row.time.count()) ||
        !sound(row.power.value())) {
      ++bad;
      continue;
    }
    row.batch = std::llround(batch);
    if (row.power > kMostOverCap * row.cap) ++above;
    rows.push_back(std::move(row));
  }
  report.warn("rows_malformed", file.string(), bad,
              "rows without a positive batch size, cap, time and power; skipped");
  report.warn("power_above_cap", file.string(), above,
              "rows whose mean power is more than 1.5 times their cap: no card draws that; kept");
  return rows;
}

std::vector<CapCurve> read_cap_traces(const std::filesystem::path& path, ImportReport& report) {
  std::map<std::pair<std::string, std::string>, std::vector<CapTraceRow>> sweeps;
  for (const auto& file : csv_files(path)) {
    for (CapTraceRow& row : read_cap_trace_rows(file, report)) {
      sweeps[{row.device, row.workload()}].push_back(std::move(row));
    }
  }
  std::vector<CapCurve> curves;
  for (auto& [key, rows] : sweeps) {
    CapCurve curve;
    curve.device = key.first;
    curve.workload = key.second;
    curve.points = by_cap(std::move(rows));
    curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace erg
