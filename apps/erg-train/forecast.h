// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "erg/energy_model.h"
#include "erg/network.h"
#include "erg/run.h"
#include "erg/store.h"
#include "erg/trainer.h"

namespace erg {

// What a training was expected to take, said before it begins, and held against it after its end.
class Forecast {
 public:
  // `model`: a stored one's name or a file; empty: the best stored one for this device, input and
  // precision. Throws FitError where there is none, or the one named is not for this training.
  Forecast(const Store& store, std::span<const Device> devices, const Network& network,
           const Trainer& trainer, const std::string& model, std::int64_t max_steps);

  std::string before() const;
  // Of what was trained, all or a part of it.
  std::string after(const Run& run) const;

 private:
  Run seen(const Run& run) const;

  EnergyModel model_;
  Job job_;
  Prediction prediction_;
  double steps_ = 0;
  std::string device_;  // Device::id of what trains
};

}  // namespace erg
