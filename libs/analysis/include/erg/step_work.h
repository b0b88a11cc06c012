// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "erg/complexity.h"

namespace erg {

// What one pass of one layer asks of a device, for a whole batch.
struct PassWork {
  double macs = 0;
  double bytes = 0;
  double kernels = 0;

  PassWork& operator+=(const PassWork& other);
  friend bool operator==(const PassWork&, const PassWork&) = default;
};

// What one training step asks of a device: forward and backward of each layer, the optimizer.
struct StepWork {
  std::vector<PassWork> passes;
  PassWork total;
  double batch = 1;
};

// A backward pass reads what the forward read and wrote and writes the gradients of what it read:
// it moves about twice the forward's bytes (the study of THESIS.md sees the same ratio of times).
StepWork step_work(const Complexity& complexity);

}  // namespace erg
