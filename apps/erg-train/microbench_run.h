// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "erg/observations.h"
#include "erg/training_options.h"
#include "microbench_networks.h"
#include "session.h"

namespace erg {

// One network whose step was measured in a few blocks.
struct MeasuredStep {
  std::string kind;
  Complexity complexity;
  std::vector<Block> blocks;
};

// Trains the network, its weights held, in blocks of about `time` in all. Throws TrainingError.
MeasuredStep measure_step(Session& session, const Microbench& bench, const TrainingOptions& options,
                          Seconds time, std::stop_token stop);

// The mean step of each: energy from the readings of the device that trained. Those without
// readings have no energy.
Observations steps_of(const Run& run, const std::vector<MeasuredStep>& steps,
                      const std::string& precision);

}  // namespace erg
