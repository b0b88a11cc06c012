// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/channel.h"
#include "erg/design_solve.h"
#include "erg/step_design.h"

namespace erg {

// The designs whose differences are the phases: forward; and loss and backward; and optimizer; and
// the copy of the batch ("step").
std::vector<StepDesign> phase_designs();

// Those, less the optimizer alone; for each layer its forward and its backward, repeated so often
// that the repetition takes about a step (but no oftener than the host can launch in less time than
// the device works); and the forward cut after a third and two thirds. Where `blocks` are too few
// for so many designs, the smallest layers are repeated together, of one kind where that is enough.
std::vector<StepDesign> layer_designs(const StepTimes& times, std::size_t blocks = 100'000);

// The design that a block's name tells: "forward+backward", "step with Conv2d_0 backward",
// "forward to Conv2d_6". Empty for a name of no known form.
std::optional<StepDesign> step_design_from(std::string_view name, std::int32_t repetitions);

// How long a profile may take.
struct ProfileBudget {
  Seconds all{40};
  Seconds block{0.55};
  std::uint64_t seed = 1;
};

// How long a block must be for the sensor to see enough of it: never under half a second.
Seconds block_duration(const Channel& power);

// Blocks in an order that is random within strata, so that no design sits in one part of the
// drift. What layers are compared with ("step") comes sqrt(number of layer designs) times as often.
std::vector<PlannedBlock> plan_blocks(std::span<const StepDesign> designs,
                                      const ProfileBudget& budget);

// More blocks: of the `planned` designs that had none yet; of the plain ones, a quarter of all;
// then of those that narrow the widest relative interval of a phase (of a layer, where layers are
// repeated) most. What is under a hundredth of a step counts as that.
std::vector<PlannedBlock> plan_more_blocks(const DesignFit& so_far,
                                           std::span<const StepDesign> planned,
                                           const ProfileBudget& budget);

}  // namespace erg
