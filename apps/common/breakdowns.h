// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "erg/attribute.h"
#include "erg/breakdown.h"
#include "erg/run.h"

namespace erg {

// What attribute() should know of this run: the kinds of its network's layers, where the network is
// one of the catalogue.
AttributionOptions attribution_options(const Run& run);

// The breakdowns that are stored with every run when it ends: by run, device, epoch, phase and
// layer, those of which the run has spans.
std::vector<Breakdown> usual_breakdowns(const Run& run);

}  // namespace erg
