// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "classes.h"
#include "energy_curve.h"

namespace erg::attribution {

// What one device contributes to one class.
struct Share {
  double energy_j = 0;
  double time_s = 0;    // for which its energy is known: of the lanes, each by its weight
  double span_s = 0;    // of its spans in all
  double unseen_s = 0;  // the part of that time whose own power the sensor could not see
  double scale_u = 0;   // relative, of classes timed in some steps only
  std::uint64_t count = 0;
};

// One device, divided: the shares of the classes and of what lies in none.
struct Division {
  const MeasuredDevice* device = nullptr;
  bool measured = false;   // has an energy
  bool divided = false;    // by classes; else one row of its own
  bool times_run = false;  // its time is the time of the rows
  Interval extent;
  double known_s = 0;         // of the extent: for which its energy is known
  std::vector<Share> shares;  // by class
  double total_j = 0;
  double total_u_j = 0;  // independent
  double ratio_u = 0;    // relative, common to the shares: of the scale to a counter
  double spread_w = 0;
  double rest_unseen_s = 0;
  double gain_u = 0;
  Provenance provenance = Provenance::measured;
  std::optional<double> closure;
};

// Adds devices up into rows that add up to the total.
Breakdown assemble(const AttributionOptions& options, const ClassTable& classes,
                   const std::vector<Division>& divisions);

}  // namespace erg::attribution
