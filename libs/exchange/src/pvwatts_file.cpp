// SPDX-License-Identifier: Apache-2.0
#include "erg/pvwatts_file.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 12> kColumns{"Month",
                                                    "Day",
                                                    "Hour",
                                                    "Beam Irradiance (W/m2)",
                                                    "Diffuse Irradiance (W/m2)",
                                                    "Ambient Temperature (C)",
                                                    "Wind Speed (m/s)",
                                                    "Albedo",
                                                    "Plane of Array Irradiance (W/m2)",
                                                    "Cell Temperature (C)",
                                                    "DC Array Output (W)",
                                                    "AC System Output (W)"};
using Places = std::array<std::optional<std::size_t>, kColumns.size()>;

// Empty unless the record is the table's header.
std::optional<Places> header_places(std::span<const std::string_view> fields) {
  Places places;
  for (std::size_t i = 0; i < kColumns.size(); ++i) places[i] = find_column(fields, kColumns[i]);
  if (!places[0] || !places[1] || !places[2] || !places.back()) return std::nullopt;
  return places;
}

// Empty for a record that is no hour.
std::optional<PvWattsHour> hour_of(std::span<const std::string_view> fields, const Places& places) {
  std::array<std::optional<double>, kColumns.size()> numbers;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    if (!places[i] || *places[i] >= fields.size()) continue;
    numbers[i] = parse_number(fields[*places[i]]);
    if (numbers[i] && !std::isfinite(*numbers[i])) numbers[i].reset();
  }
  const auto within = [&](std::size_t i, double least, double most) {
    return numbers[i] && *numbers[i] >= least && *numbers[i] <= most;
  };
  if (!within(0, 1, 12) || !within(1, 1, 31) || !within(2, 0, 23) || !within(11, -1e12, 1e12)) {
    return std::nullopt;
  }
  PvWattsHour hour;
  hour.month = static_cast<int>(*numbers[0]);
  hour.day = static_cast<int>(*numbers[1]);
  hour.hour = static_cast<int>(*numbers[2]);
  hour.beam_w_m2 = numbers[3];
  hour.diffuse_w_m2 = numbers[4];
  hour.ambient_c = numbers[5];
  hour.wind_m_s = numbers[6];
  hour.albedo = numbers[7];
  hour.array_plane_w_m2 = numbers[8];
  hour.cell_c = numbers[9];
  if (numbers[10]) hour.dc = Watts{*numbers[10]};
  hour.ac = Watts{*numbers[11]};
  return hour;
}

}  // namespace

PvWattsYear read_pvwatts(const std::filesystem::path& file, ImportReport& report) {
  const auto source = open_bytes(file);
  CsvReader reader{*source};
  PvWattsYear year;
  std::optional<Places> places;
  while (!places && reader.next()) {
    const auto fields = reader.fields();
    places = header_places(fields);
    if (!places && fields.size() >= 2 && !fields[0].empty()) {
      year.facts[std::string{fields[0]}] = fields[1];
    }
  }
  if (!places) {
    throw FormatError{file.string() +
                      ": no table of PVWatts: no header with Month, Day, Hour and "
                      "AC System Output (W)"};
  }
  std::uint64_t bad = 0;
  while (reader.next()) {
    const auto hour = hour_of(reader.fields(), *places);
    if (hour) year.hours.push_back(*hour);
    // Below the table may stand its totals.
    bad += hour || reader.fields()[0].starts_with("Total") ? 0 : 1;
  }
  report.warn("rows_malformed", file.string(), bad, "rows that are no hour of a year; skipped");
  report.warn("not_a_year", file.string(), year.hours.size() != 8760,
              fmt::format("{} hours where a year has 8760", year.hours.size()));
  return year;
}

}  // namespace erg
