// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/span.h"
#include "erg/timeline.h"

namespace erg {

// The power of one of the loads between which a device changed, as one sensor tells it.
struct LoadLevel {
  std::string name;
  Seconds time{0};  // in all
  Watts timeline;   // readings integrated over it (MEASUREMENT.md 3.1)
  // From windows of known composition (3.3); empty: not resolved.
  std::optional<Watts> regression;
  Watts regression_u;  // standard uncertainty; zero where not resolved
};

struct LoadLevels {
  std::vector<LoadLevel> levels;  // by name, in the order in which they came
  Seconds window{0};              // of the sensor, as the fit found it
  Seconds delay{0};               // from the end of a window to its stamp
};

// Each name of the spans of kind `range` is a load; the readings may be polled more often than the
// sensor renews them. Window and delay are those that explain the readings best, so the sensor
// need not be known.
//
// A load is resolved where the composition of the windows varies by more than the sensor's faults
// could feign: a square wave whose period is the window is not, however small the residual.
// No levels where there are no ranges, or no reading is within a second of them.
LoadLevels load_levels(const SpanTable& spans, const Timeline& power);

// The timeline's part alone, at once however many readings there are: a meter's need no more.
std::vector<LoadLevel> integrated_loads(const SpanTable& spans, const Timeline& power);

}  // namespace erg
