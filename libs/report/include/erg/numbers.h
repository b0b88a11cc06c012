// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "erg/estimate.h"
#include "erg/time.h"
#include "erg/units.h"

namespace erg {

// A number for people: with as many decimals as leave two digits of its standard uncertainty `u`,
// or with four significant digits where that is 0 or unknown; never with more than `most_decimals`.
// "-" for what is no number.
std::string number(double value, double u = 0, int most_decimals = 9);

// The unit in which a column is written, and what it is in SI.
struct DisplayUnit {
  double divisor = 1;
  std::string_view unit;
};
DisplayUnit energy_scale(Joules largest);  // mJ, J, kJ, MJ, GJ
DisplayUnit time_scale(Seconds largest);   // µs, ms, s, min, h
DisplayUnit power_scale(Watts largest);    // mW, W, kW

// "12.3 ± 0.6 kJ": one standard uncertainty, all of it. Without "± ..." where that is 0.
std::string text(const EnergyEstimate& energy);
std::string text(Joules energy);
std::string text(Watts power);
std::string text(Seconds time);  // "850 ms", "72.4 s", "2 h 05 min"
std::string percent(double ratio);

// "2026-11-25T04:43:36Z", and without the T and the Z for a table. Empty for the zero: a run that
// does not say when it was begins there.
std::string utc_text(UtcTime time);
std::string utc_short(UtcTime time);

}  // namespace erg
