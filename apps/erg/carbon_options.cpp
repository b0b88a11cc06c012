// SPDX-License-Identifier: Apache-2.0
#include "carbon_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "console.h"
#include "erg/byte_source.h"
#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "erg/lower_case.h"
#include "erg/suggest.h"
#include "erg/summary.h"
#include "number_checks.h"

namespace erg {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
    {{"g/kWh", 1}, {"kg/MWh", 1}, {"kg/kWh", 1000}, {"lb/kWh", 453.59237}}};

double unit_of(const CarbonOptions& options) {
  const auto found =
      std::ranges::find(kUnits, options.hourly_unit, &decltype(kUnits)::value_type::first);
  if (found == kUnits.end()) {
    throw UsageError{"--hourly-unit is g/kWh, kg/MWh, kg/kWh or lb/kWh, not '" +
                     options.hourly_unit + "'"};
  }
  return found->second;
}

bool names_an_intensity(std::string_view column) {
  const auto name = lower_case(column);
  return std::ranges::any_of(std::array{"intensity", "co2", "kwh", "mwh"}, [&](const char* word) {
    return name.find(word) != std::string::npos;
  });
}

using Row = std::vector<std::string>;

// Which column of a file holds the hours: the one named, else the last of numbers whose title
// speaks of an intensity, else the last of numbers.
std::size_t place_of(const CarbonOptions& options, const Row& header, const Row& first) {
  const std::vector<std::string_view> titles{header.begin(), header.end()};
  if (!options.column.empty()) {
    if (const auto found = find_column(titles, options.column)) return *found;
    throw UsageError{options.hourly + " has no column '" + options.column + "'" +
                     suggestion(options.column, titles)};
  }
  std::optional<std::size_t> last;
  std::optional<std::size_t> titled;
  for (std::size_t i = 0; i < std::min(header.size(), first.size()); ++i) {
    if (!parse_number(first[i])) continue;
    last = i;
    if (names_an_intensity(header[i])) titled = i;
  }
  if (titled || last) return titled ? *titled : *last;
  throw FormatError{options.hourly + ": its second line holds no number"};
}

// One column of a file with a row an hour, with or without a header.
std::vector<double> hours_of(const CarbonOptions& options) {
  const auto bytes = open_bytes(options.hourly);
  CsvReader reader{*bytes};
  std::vector<Row> rows;
  std::vector<std::uint64_t> lines;
  while (reader.next()) {
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
    lines.push_back(reader.line());
  }
  if (rows.empty()) throw FormatError{options.hourly + " is empty"};
  const auto place = place_of(options, rows.front(), rows.size() > 1 ? rows[1] : rows.front());
  const bool headless = place < rows[0].size() && parse_number(rows[0][place]).has_value();
  const double unit = unit_of(options);
  std::vector<double> hours;
  for (std::size_t i = headless ? 0 : 1; i < rows.size(); ++i) {
    const auto value = place < rows[i].size() ? parse_number(rows[i][place]) : std::nullopt;
    if (!value) {
      throw FormatError{options.hourly + ", line " + std::to_string(lines[i]) +
                        ": no number for this hour"};
    }
    hours.push_back(*value * unit);
  }
  return hours;
}

}  // namespace

void add_grid_options(CLI::App& app, CarbonOptions& options) {
  app.add_option("--zone", options.zone,
                 "Country or zone of the grid: DE, US-CAMX (erg carbon --list)");
  app.add_option("--intensity", options.intensity, "Of the grid instead, in g/kWh")
      ->check(at_least(0))
      ->type_name("G");
  app.add_option("--hourly", options.hourly,
                 "A CSV of intensities instead: 24 hours of a day or all of a year, UTC")
      ->type_name("FILE");
  app.add_option("--hourly-column", options.column,
                 "Which column of it (default: the last that speaks of an intensity)");
  app.add_option("--hourly-unit", options.hourly_unit, "g/kWh, kg/MWh, kg/kWh, lb/kWh")
      ->capture_default_str();
  app.add_option("--pue", options.pue, "Energy of the building by that of the computers")
      ->check(CLI::Range(1.0, 10.0))
      ->capture_default_str();
}

GridChoice grid_choice(const CarbonOptions& options) {
  const int said =
      int{!options.zone.empty()} + int{options.intensity >= 0} + int{!options.hourly.empty()};
  if (said > 1) {
    throw UsageError{
        "the grid is named by one of --zone, --intensity and --hourly, not by several"};
  }
  if (!options.hourly.empty()) {
    const auto values = hours_of(options);
    return {mean(values), "hours of " + options.hourly, HourlyIntensity{values}};
  }
  if (options.intensity >= 0) return {options.intensity, "as given", {}};
  const GridIntensity& row = options.zone.empty() ? world_default() : grid_of(options.zone);
  return {row.g_per_kwh,
          fmt::format("{}, {} ({}; table {}{})", row.name, row.year, row.source,
                      grid_table_version(), options.zone.empty() ? "; a default: name --zone" : ""),
          {}};
}

}  // namespace erg
