// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "erg/block.h"
#include "erg/step_design.h"

namespace erg {

// Who plans the blocks of a profile and takes what came of them. All are called from the thread
// that trains, between blocks; what is empty is not called, but `next` must be there.
struct StepProfile {
  bool layers = false;  // each layer's times are wanted too
  Seconds warm_up{2};   // of plain steps before the first block
  std::string device;   // Device::id of what trains, for the blocks
  std::function<void(const StepTimes&)> timed;
  std::function<std::optional<PlannedBlock>()> next;  // empty: the profile is over
  std::function<void(const Block&)> done;
};

}  // namespace erg
