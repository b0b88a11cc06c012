// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "erg/run.h"

namespace erg {

// What the mean unit of a run took: models are fitted on it, predictions compared with it.
struct UnitMeasure {
  std::optional<Joules> energy;
  std::optional<Seconds> time;
  double images = 0;  // of the unit
  double units = 0;   // how many of them the run had
};

// The breakdown of a whole run as it was measured: not that of one step by designs. Null: none.
const Breakdown* measured_breakdown(const Run& run, Grouping by);

// `unit`: "step" (its phases, without data loading and test), "epoch" or "run". From the run's
// breakdowns; empty where it has none of the unit.
UnitMeasure unit_measure(const Run& run, const std::string& unit);

}  // namespace erg
