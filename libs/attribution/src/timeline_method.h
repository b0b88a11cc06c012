// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/attribute.h"

namespace erg::attribution {

// MEASUREMENT.md 3.1: the readings integrated over each span.
Breakdown by_timeline(const Run& run, const AttributionOptions& options);

}  // namespace erg::attribution
