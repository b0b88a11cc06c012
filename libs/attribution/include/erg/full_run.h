// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "erg/run.h"
#include "erg/units.h"

namespace erg {

// Tags of a run that was cut short on purpose: how many steps it was to make at most, and how many
// whole tests those were that it made after its epochs. Do not rename: runs hold these words.
inline constexpr const char* kMaxStepsTag = "max_steps";
inline constexpr const char* kTestsTag = "tests";

// What the whole training would take, of which a run made the first steps only: extrapolated, not
// measured.
struct FullRun {
  std::int64_t steps = 0;    // made
  std::int64_t planned = 0;  // of all epochs
  Joules energy{0};
  Seconds time{0};

  // 95 %: how groups of steps differed, and the gain of the sensors. Not what a longer run may
  // have other: heat, a machine that gets busy.
  struct Range {
    Joules energy_low{0}, energy_high{0};
    Seconds time_low{0}, time_high{0};
  };
  std::optional<Range> range;  // empty: too few steps were told apart
};

// From the run as it was, plus the steps that are missing at the price of its own without the first
// tenth, which are slower, and the tests that are missing at the price of its own. A pure function
// of the run; empty for one that was not cut short by a number of steps, or has no energy.
std::optional<FullRun> extrapolate(const Run& run);

}  // namespace erg
