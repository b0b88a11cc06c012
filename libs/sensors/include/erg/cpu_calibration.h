// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "erg/estimator.h"
#include "erg/host_clock.h"
#include "erg/sensor_set.h"
#include "erg/timeline.h"

namespace erg {

// Whether this machine's CPU has a counter that a model of its power can be fitted to.
bool can_calibrate_cpu(const SensorSet& found);

// A quarter, a half, three quarters of the CPU at work, each for so long. Blocks.
std::vector<Interval> load_parts_of_cpu(const HostClock& clock, Seconds each);

// The model that explains what all CPUs drew in these intervals by their utilisation. Empty where
// nothing measured them, or with fewer than three levels.
std::optional<IdleMaxModel> calibrated_cpu(const std::vector<Timeline>& timelines,
                                           std::span<const Interval> levels);

}  // namespace erg
