// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/trainer.h"

namespace erg::testing {

inline DataSet small_set() { return load_data_set("synthetic:1x28x28:10:640"); }

inline TrainingOptions quick() {
  TrainingOptions options;
  options.batch = 64;
  options.optimizer.learning_rate = 0.05;
  options.optimizer.momentum = 0.9;
  options.seed = 1;
  options.threads = 1;  // several wait for each other when the machine is busy
  return options;
}

}  // namespace erg::testing
