// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "commands.h"
#include "erg/carbon.h"

namespace erg {

// Where the power comes from, word for word.
struct CarbonOptions {
  std::string zone;
  double intensity = -1;  // g/kWh; below 0: not given
  std::string hourly;     // a CSV file
  std::string column;     // of it
  std::string hourly_unit = "g/kWh";
  double pue = 1;
};

// The grid that they name.
struct GridChoice {
  double g_per_kwh = 0;  // of a year, or the mean of the hours
  std::string source;    // for people: where the number is from
  std::optional<HourlyIntensity> hours;

  double over(UtcTime begin, UtcTime end) const {
    return hours ? hours->mean(begin, end) : g_per_kwh;
  }
};

void add_grid_options(CLI::App& app, CarbonOptions& options);
// Throws UsageError, FormatError, std::invalid_argument.
GridChoice grid_choice(const CarbonOptions& options);

}  // namespace erg
