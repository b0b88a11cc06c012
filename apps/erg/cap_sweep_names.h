// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "erg/cap_curve.h"
#include "erg/store.h"

namespace erg {

// Empty where the run has no such tag.
std::string tag_value(const RunSummary& run, const std::string& key);

// A cap, and of what.
struct Level {
  CapKind kind;
  Watts cap;
};

// The cap that a run was measured under: the one it was told, else the one its device had.
std::optional<Level> level_of(const RunSummary& run);

// What the runs of one work have in common: the sweep's name, the study's with the setting, else
// device, data, network and batch.
std::string sweep_name_of(const RunSummary& run);

// Images of an epoch; 0 where unknown.
double samples_of(const std::string& data);

}  // namespace erg
