// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/run.h"
#include "erg/text_table.h"

namespace erg {

// How much more (or less) one energy is than another, as a share of the other.
struct RelativeDifference {
  double value = 0;
  double u = 0;  // standard uncertainty; on the same device the common gain has cancelled

  // How likely chance alone makes one as large, two-sided.
  double p() const;
};
std::optional<RelativeDifference> difference(const std::optional<EnergyEstimate>& energy,
                                             const std::optional<EnergyEstimate>& reference,
                                             bool same_device);

// Whether two runs were measured on the same devices, by their ids.
bool same_devices(const Run& a, const Run& b);

// Why a check against the first run fails: one line for each run that takes more than `limit` (a
// share) of energy more, by more than chance (p < 0.05, Holm's adjustment for many runs); and for
// each whose energy cannot be compared, for want of one.
std::vector<std::string> failures_above(std::span<const Run> runs, double limit);

// Runs side by side: time, energy, power, accuracy, and the energy of each phase, as differences
// from the first; a star at those that chance alone hardly makes (p < 0.05, Holm's adjustment for
// all that are shown). From their stored breakdowns.
std::string comparison_text(std::span<const Run> runs, TextStyle style = TextStyle::plain);
std::string comparison_json(std::span<const Run> runs);

}  // namespace erg
