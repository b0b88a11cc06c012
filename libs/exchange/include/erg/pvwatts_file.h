// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "erg/import_report.h"
#include "erg/units.h"

namespace erg {

// One hour of a PVWatts year. Empty where the file lacks the column.
struct PvWattsHour {
  int month = 0;  // 1 to 12
  int day = 0;
  int hour = 0;  // 0 to 23: the hour that begins then
  std::optional<double> beam_w_m2;
  std::optional<double> diffuse_w_m2;
  std::optional<double> ambient_c;
  std::optional<double> wind_m_s;
  std::optional<double> albedo;
  std::optional<double> array_plane_w_m2;
  std::optional<double> cell_c;
  std::optional<Watts> dc;
  std::optional<Watts> ac;
};

// A year of NREL's PVWatts, hour by hour.
struct PvWattsYear {
  std::map<std::string, std::string>
      facts;  // what stands above the table: "Array Tilt (deg)": "20"
  std::vector<PvWattsHour> hours;
};

// With or without the block of facts above the header, quotes and byte order mark. A year that has
// not 8760 hours is told. Throws FormatError where there is no table with month, day, hour and AC.
PvWattsYear read_pvwatts(const std::filesystem::path& file, ImportReport& report);

}  // namespace erg
