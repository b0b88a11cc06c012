// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "costs.h"
#include "erg/network.h"

namespace erg {

// The memory of one training step's activations.
struct TrainingMemory {
  std::vector<std::uint64_t> kept;  // bytes each node is the first to keep for backward
  std::uint64_t peak = 0;           // bytes
};

// Plays forward and backward through: a tensor lives until its last use forward, one kept until the
// last backward that looks at it, a gradient from its last consumer's backward to its producer's.
// Views own nothing: they are their source. `learns` says of each node whether its output has a
// gradient.
TrainingMemory training_memory(const Network& network, const std::vector<Placed>& placed,
                               const std::vector<bool>& learns, std::int64_t bytes_per_number);

}  // namespace erg
