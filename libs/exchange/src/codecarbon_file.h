// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "erg/time.h"
#include "erg/units.h"

namespace erg::exchange {

// One row of CodeCarbon's emissions.csv: one run.
struct EmissionsRow {
  std::map<std::string, std::string> cells;  // all of it, by column
  std::optional<UtcTime> end;                // local, as written
  Seconds duration{0};
  Joules cpu;  // as written: the power usage effectiveness is contained
  Joules gpu;
  Joules ram;
  Joules total;
  double pue = 1;

  // Empty where the column is not there.
  std::string text(const std::string& column) const;
};

// Throws FormatError where there is no such row, or it has no duration or energy.
EmissionsRow read_emissions(const std::filesystem::path& path, std::size_t row);

std::size_t codecarbon_rows(const std::filesystem::path& path);

}  // namespace erg::exchange
