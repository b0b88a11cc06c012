// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/attribute.h"
#include "erg/breakdown.h"
#include "erg/run.h"
#include "erg/store.h"

namespace erg {

// What attribute() should know of this run: the kinds of its network's layers, where the network is
// one of the catalogue.
AttributionOptions attribution_options(const Run& run);

// The breakdowns that are stored with every run when it ends: by run, device, epoch, phase and
// layer, those of which the run has spans.
std::vector<Breakdown> usual_breakdowns(const Run& run);

// The run with its breakdowns. One that has none (it goes on still, or was killed before its end)
// gets the usual ones; they are stored, where the store can be written, once the run does not go
// on.
Run load_with_breakdowns(Store& store, RunId id);

// Stores the usual breakdowns of runs that ended without: killed ones, so that lists and views know
// their energy. Nothing where the store cannot be written. `url`: that of the store.
void complete_breakdowns(Store& store, const std::string& url);

}  // namespace erg
