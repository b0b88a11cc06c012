// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
  // A layer, or several joined by kTogether, whose pass is done `repetitions` times more, on its
  // own captured inputs. Its backward needs one forward more first. Empty: none.
  std::string layer;
  Pass pass = Pass::none;
  std::int32_t repetitions = 0;
  // The forward ends after this layer: what the sum of the layers up to it is checked with. Empty:
  // it does not.
  std::string until;
  // Instead of a layer: phases that a step has little of, done `repetitions` times more at its end.
  bool copy_again = false;
  bool optimizer_again = false;

  friend bool operator==(const StepDesign&, const StepDesign&) = default;
};

// Joins the names of layers that one design repeats together.
inline constexpr std::string_view kTogether = " + ";

// What one pass of a layer takes: the device for it, and the host to launch it. 0: there is nothing
// to repeat; a device that does not run beside the host has no time of the host.
struct LayerTime {
  std::string name;
  Seconds forward{0};
  Seconds backward{0};
  Seconds forward_host{0};
  Seconds backward_host{0};
  std::string kind;  // only layers of one kind are measured together
};

// What a profile is planned from: a whole step, and its layers in the order in which they run.
struct StepTimes {
  Seconds device{0};
  Seconds host{0};
  std::vector<LayerTime> layers;
};

// A block to run: for about this long, no synchronisation inside.
struct PlannedBlock {
  StepDesign design;
  Seconds duration{0};

  friend bool operator==(const PlannedBlock&, const PlannedBlock&) = default;
};

}  // namespace erg
