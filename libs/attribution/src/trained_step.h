// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "hosts.h"

namespace erg::attribution {

// What a step of a training took that nothing interrupted.
struct TrainedStep {
  Joules energy{0};
  Seconds time{0};
  std::size_t steps = 0;
  double waiting = 0;  // share of the time in which the device waited for data
};

// From the steps of a run's epochs, less the first tenth of each (the card warms up, PyTorch
// chooses its kernels). Energy as the counter has it where there is one, at the time resolution of
// the channel that sees the shortest spans. Empty where the parts hold no such steps.
std::optional<TrainedStep> trained_step(const std::vector<const Part*>& parts,
                                        const MeasuredDevice& device);

}  // namespace erg::attribution
