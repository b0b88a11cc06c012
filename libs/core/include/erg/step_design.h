// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "erg/span.h"
#include "erg/time.h"

namespace erg {

// What one step of a block does (MEASUREMENT.md 3.2): planned by attribution, executed by workload,
// recorded as the `design` and `repetitions` of a Block. The forward is always part of it, the loss
// goes with the backward; weights do not move.
struct StepDesign {
  std::string name;  // Block::design: "forward", "step", "step with Conv2d_0 forward"
  bool backward = false;
  bool optimizer = false;
  bool copy = false;  // the batch, from host to device
  // A layer whose pass is done `repetitions` times more, on its own captured inputs. Its backward
  // needs one forward more first. Empty: none.
  std::string layer;
  Pass pass = Pass::none;
  std::int32_t repetitions = 0;

  friend bool operator==(const StepDesign&, const StepDesign&) = default;
};

// A block to run: for about this long, no synchronisation inside.
struct PlannedBlock {
  StepDesign design;
  Seconds duration{0};

  friend bool operator==(const PlannedBlock&, const PlannedBlock&) = default;
};

}  // namespace erg
