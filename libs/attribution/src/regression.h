// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/attribute.h"

namespace erg::attribution {

// MEASUREMENT.md 3.3: the powers of classes of spans from windows of known composition.
//
// A class is resolved where the composition of the windows varies by more than the sensor's faults
// (jitter of its stamps, its low-pass) could feign; all others are "not resolved": time, no energy.
Breakdown by_regression(const Run& run, const AttributionOptions& options);

}  // namespace erg::attribution
