// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/time.h"
#include "erg/units.h"

namespace erg {

// What a kilowatt-hour of a grid emits. A double in grams of CO2 equivalent, here and below.
struct GridIntensity {
  std::string_view zone;     // "DE"; "US-CAMX": a part of a country's grid
  std::string_view letters;  // the country's three: "DEU"; empty for a part
  std::string_view name;
  double g_per_kwh = 0;
  int year = 0;
  std::string_view source;
};

// The table in the program: its version and its rows, by zone.
std::string_view grid_table_version();
std::span<const GridIntensity> grid_table();
// By zone, three letters or name, upper or lower case. Throws std::invalid_argument with the
// nearest zones.
const GridIntensity& grid_of(std::string_view zone);
// Said to be a default wherever it is used.
const GridIntensity& world_default();

// An hourly intensity: of a day (24 values, UTC) or of a year (8760 or 8784, from 1 January UTC).
class HourlyIntensity {
 public:
  // Throws std::invalid_argument for another number of hours or a value below 0.
  explicit HourlyIntensity(std::vector<double> g_per_kwh);

  double at(UtcTime time) const;
  // The mean over a stretch of constant power; at(begin) for an empty one.
  double mean(UtcTime begin, UtcTime end) const;

 private:
  std::vector<double> hours_;
};

// The hardware's own making, shared out by time (ISO/IEC 21031: M = TE * TS * RS).
struct Embodied {
  double total_g = 0;              // TE: of the machine's making
  Seconds lifetime{4 * 31557600};  // TS is the time used over this
  double share = 1;                // RS: of the machine that was reserved
};

// What a stretch of work emitted.
struct Footprint {
  Joules energy;                           // of the computer, as measured or predicted
  double pue = 1;                          // times this: of the building
  double location_g_per_kwh = 0;           // of the grid
  std::optional<double> market_g_per_kwh;  // of the contract; GHG Protocol, Scope 2
  double embodied_g = 0;

  double operational_location_g() const;
  std::optional<double> operational_market_g() const;
  double total_g() const { return operational_location_g() + embodied_g; }
};

double embodied_g(const Embodied& embodied, Seconds time);

// (O + M) / R of the Software Carbon Intensity.
double software_carbon_intensity(const Footprint& footprint, double functional_units);

// What a quantity of CO2 equals, for people who ask.
struct Equivalent {
  std::string_view what;
  double amount = 0;
  std::string_view basis;
};
std::vector<Equivalent> equivalents(double grams);

}  // namespace erg
