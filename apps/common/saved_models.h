// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/energy_model.h"
#include "erg/store.h"

namespace erg {

// Throws FormatError.
EnergyModel read_model(const std::string& path);

// Throws StoreError naming the nearest.
EnergyModel stored_model(const Store& store, const std::string& name);

// By name. One that cannot be read is left out, with a warning.
std::vector<EnergyModel> stored_models(const Store& store);

// The one for the job's device, input and precision with the least error in energy. With `any` also
// one that is not for it. Throws FitError with the way to get one.
EnergyModel fitting_model(const Store& store, const Job& job, bool any);

}  // namespace erg
