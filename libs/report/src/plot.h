// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/breakdown.h"
#include "erg/run.h"

namespace erg {

// Round numbers from 0 or `low` to just beyond `high`, about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);

// A straight map from data to a plot's coordinates.
struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;  // coordinate of low
  double to = 1;    // coordinate of high

  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

// The class of the colour that a phase has everywhere: "c-forward"; "c-other" for what is no phase.
std::string phase_class(std::string_view phase);

// Inline SVG, as wide as its place. Empty where there is nothing to show.
std::string power_plot(const Run& run);               // power over time, phases below
std::string energy_bars(const Breakdown& breakdown);  // with their standard uncertainty
std::string accuracy_plot(const Run& run);            // by epoch, from two epochs on

}  // namespace erg
