// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "erg/energy_model.h"

namespace erg {

// What the rest of a training will take, from the epochs seen so far.
struct Remaining {
  std::optional<Between<Joules>> energy;  // empty where no energy was measured
  Between<Seconds> time;
};

// One epoch, or the part of one, that is done.
struct SeenEpoch {
  Seconds time{0};
  std::optional<Joules> energy;
};

// `left` epochs, 3.25 of them, are to come. The first epoch also pays for warming up (caches,
// autotuning, clocks): from three epochs on it is left out of the mean. The interval (95 %,
// Student) holds the spread of the epochs and of their mean; with a single epoch it is +-20 %, an
// assumption. Empty before the first epoch is over.
std::optional<Remaining> remaining(std::span<const SeenEpoch> seen, double left);

}  // namespace erg
