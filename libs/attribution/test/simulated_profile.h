// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "erg/design_plan.h"
#include "erg/run.h"

namespace erg::testing {

// A stretch of a step at one power.
struct Piece {
  double seconds = 0;
  double watts = 0;
};

// A sensor with the faults of real ones.
struct SensorFaults {
  double refresh_s = 0.02;
  double window_s = 0.02;
  double delay_s = 0.01;
  double low_pass_s = 0.01;  // time constant, before the window
  double jitter_s = 0.004;   // of the moment of an update, which its stamp does not tell
  double late_s = 0;         // stamps later than the update, all of them
  double noise_w = 1;
  double gain = 1;
};

// A training step whose every joule is known.
struct SimulatedStep {
  std::vector<Piece> copy, forward, backward, optimizer;
  std::map<std::string, std::pair<Piece, Piece>> layers;  // forward, backward: pieces of the above
  std::vector<std::string> order;                         // of the layers, as they run forward
};

// What the world does to power beside the step.
struct SimulatedWorld {
  double drift = 0.01;  // relative, towards the end of the profile
  double drift_time_s = 15;
  double block_scatter = 0.002;  // relative, of a block's power
  double hiccups = 0.05;         // share of blocks in which the host stalls once
  double hiccup_s = 0.02;
  double idle_w = 80;
};

struct SimulatedProfile {
  erg::Run run;
  double drift_factor = 1;  // of energies at the mean of the profile
};

// Runs blocks and reads them. Same seed, same run.
SimulatedProfile simulate(const std::vector<PlannedBlock>& blocks, const SimulatedStep& step,
                          const SensorFaults& sensor, const SimulatedWorld& world,
                          std::uint64_t seed);

double energy_j(const std::vector<Piece>& pieces);

// How often 95 % intervals hold the truth, and how wide they are.
struct Coverage {
  std::size_t intervals = 0;
  std::size_t covered = 0;
  std::vector<double> half_widths;  // relative
  std::vector<double> errors;       // relative

  double share() const { return static_cast<double>(covered) / static_cast<double>(intervals); }
};

// Profiles of random steps (5 to 100 ms, or commensurate with the sensor) seen by random sensors
// (20 and 100 ms), solved by designs; phases of at least 3 % and layers of at least 2 % of a step.
// Against the truth as this sensor's gain shows it: the same-card interval.
Coverage phase_coverage(std::size_t runs, std::uint64_t seed);
Coverage layer_coverage(std::size_t runs, std::uint64_t seed);

}  // namespace erg::testing
