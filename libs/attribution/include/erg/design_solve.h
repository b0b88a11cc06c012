// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/attribute.h"
#include "erg/block.h"
#include "erg/step_design.h"
#include "erg/timeline.h"

namespace erg {

// What the blocks of one design say of one of its steps.
struct DesignEnergy {
  StepDesign design;
  Joules energy{0};
  Seconds time{0};  // on the device
  Seconds time_u{0};
  std::size_t blocks = 0;
  bool launch_bound = false;  // the host could not launch faster than the device worked
};

// A log-linear fit of blocks: log(energy of a step) = design + smooth drift.
struct DesignFit {
  std::vector<DesignEnergy> designs;
  std::vector<double> covariance_j2;  // of their energies, row-major; t-widened to standard size
  double residual = 0;                // relative standard deviation of one block
  double drift = 0;                   // relative, from the first block to the last
  std::size_t blocks = 0;
  std::size_t left_out = 0;             // too short for the sensor, or without readings
  std::optional<double> temperature_c;  // mean
  std::optional<double> temperature_range_c;

  // Variance of a sum of design energies with these weights.
  double variance_j2(std::span<const double> weights) const;
};

// Energy of one step of a block: the mean power over it, less the time in which the sensor still
// sees what came before and what that leaves of a step, times device time over steps. Not power
// times a median time: a hiccup of the host lengthens a block and lowers its power, and only the
// product is stable. Empty where fewer than three readings lie inside.
std::optional<Joules> energy_per_step(const Block& block, const Timeline& power);

// Fits blocks of one device, weighted by the scatter of each design and robust to outliers; the
// drift is a cubic in time where there are blocks enough. Energies are at the mean of the profile.
// Throws AttributionError where the blocks do not determine them.
DesignFit fit_designs(std::span<const Block> blocks, const Timeline& power);

// The same of the blocks that a run holds, of the first device that has any or of the one named.
// Throws AttributionError without blocks or power.
DesignFit fit_designs(const Run& run, const std::string& device = "");

// The channel by which the blocks of a device would be measured; empty: nothing measures its power.
std::optional<Channel> profile_channel(const Run& run, const std::string& device);

// MEASUREMENT.md 3.2: phases (or layers, or kinds of layers) of one step, from the blocks of a run.
//
// Layers of one pass are made to add up to that pass as it was measured, by their uncertainty; what
// had to be moved enters the intervals, and stands in the notes and in `closure` as it was before.
// Layers too small to resolve are one row together. Where the run trained beside its profile, the
// notes say what a step took there, as the energy counter saw it. Throws AttributionError without
// blocks or power.
Breakdown solve_designs(const Run& run, const AttributionOptions& options = {});

}  // namespace erg
