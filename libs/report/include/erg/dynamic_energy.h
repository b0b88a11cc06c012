// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/breakdown.h"
#include "erg/run.h"

namespace erg {

// A device's energy above what it draws at rest. Shown beside the total, never alone.
struct DynamicEnergy {
  std::string device;                    // Device::id
  std::optional<Watts> idle;             // empty: nothing told the run its idle power
  std::string method;                    // of the idle power: "profile of 2026-11-25"
  std::optional<EnergyEstimate> energy;  // empty also without energy or time
};

// Each device of the run that has energy, in the order of the run's breakdown by device. Idle power
// is the reading of the channel idle_power. Empty where the run has no such breakdown.
std::vector<DynamicEnergy> dynamic_energies(const Run& run);

// That of all devices together. Empty where one of them is not known.
std::optional<EnergyEstimate> dynamic_energy(const std::vector<DynamicEnergy>& devices);

// One line or more for people; nothing for a run without energy.
std::string dynamic_text(const Run& run);

}  // namespace erg
