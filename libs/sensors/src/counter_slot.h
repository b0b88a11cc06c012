// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "erg/counter.h"
#include "erg/sensor.h"

namespace erg {

// Puts one reading of a counter into its slot. A value that is no number is malformed, an absent
// one has the reason given.
inline void fill(Slot& slot, ExactCounter& counter, Timestamp time,
                 std::optional<std::uint64_t> raw, Absence otherwise) {
  const CounterStep step = raw ? counter.read(time, *raw) : counter.miss();
  if (step.sample) slot.samples.push_back(*step.sample);
  slot.gap = step.gap;
  if (!raw) slot.absence = otherwise;
  if (step.event == CounterEvent::refused) slot.absence = Absence::malformed;
}

}  // namespace erg
