// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "erg/time.h"

namespace erg {

// One block of a step design (MEASUREMENT.md 3.2): the same kind of step, many times over.
struct Block {
  std::string design;            // "forward", "step", "step with Conv2d_0 forward"
  std::int32_t repetitions = 0;  // k of a layer's design
  Interval interval;             // host clock
  std::int64_t steps = 0;
  Seconds device_time{0};  // between the device events around the block; 0: unknown
  Seconds host_time{0};    // the device had only what the host was just launching; 0: unknown
  std::optional<double> temperature_c;
  std::string device;  // Device::id

  friend bool operator==(const Block&, const Block&) = default;
};

}  // namespace erg
