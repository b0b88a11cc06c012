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

// One column of a file with a row an hour; the last one that holds numbers where none is named.
std::vector<double> hours_of(const CarbonOptions& options) {
  const auto bytes = open_bytes(options.hourly);
  CsvReader reader{*bytes};
  if (!reader.next()) throw FormatError{options.hourly + " is empty"};
  const std::vector<std::string_view> header{reader.fields().begin(), reader.fields().end()};
  std::size_t place = header.size() - 1;
  std::vector<double> hours;
  const double unit = unit_of(options);
  if (!options.column.empty()) {
    const auto found = find_column(header, options.column);
    if (!found) throw FormatError{options.hourly + " has no column '" + options.column + "'"};
    place = *found;
  } else if (const auto first = parse_number(header[place])) {
    hours.push_back(*first * unit);
  }
  while (reader.next()) {
    const auto fields = reader.fields();
    const auto value = place < fields.size() ? parse_number(fields[place]) : std::nullopt;
    if (!value) {
      throw FormatError{options.hourly + ", line " + std::to_string(reader.line()) +
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
  app.add_option("--hourly-column", options.column, "Which column of it (default: the last)");
  app.add_option("--hourly-unit", options.hourly_unit, "g/kWh, kg/MWh, kg/kWh, lb/kWh")
      ->capture_default_str();
  app.add_option("--pue", options.pue, "Energy of the building by that of the computers")
      ->check(CLI::Range(1.0, 10.0))
      ->capture_default_str();
}

GridChoice grid_choice(const CarbonOptions& options) {
  if (!options.hourly.empty()) {
    const auto values = hours_of(options);
    return {mean(values), "hours of " + options.hourly, HourlyIntensity{values}};
  }
  if (options.intensity >= 0) return {options.intensity, "as given", {}};
  const GridIntensity& row = options.zone.empty() ? world_default() : grid_of(options.zone);
  return {row.g_per_kwh,
          fmt::format("{}, {} ({}{})", row.name, row.year, row.source,
                      options.zone.empty() ? "; a default: name --zone" : ""),
          {}};
}

}  // namespace erg
