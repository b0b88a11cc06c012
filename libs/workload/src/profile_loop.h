// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <vector>

#include "design_step.h"
#include "erg/span_log.h"
#include "erg/step_profile.h"

namespace erg {

// One call of Trainer::profile.
class ProfileLoop {
 public:
  ProfileLoop(Trainer::State& state, const StepProfile& profile, SpanLog* log,
              std::stop_token stop);

  void run();

 private:
  StepTimes timed();
  void time_layers(StepTimes& times);
  LayerTime time_layer(std::size_t node, LayerTensors tensors);
  // Device and host time of one call.
  template <class Call>
  std::pair<Seconds, Seconds> time_calls(Call call);
  void warm_up();
  Block run_block(const PlannedBlock& planned);
  void log_block(const Block& block);

  Trainer::State& state_;
  const StepProfile& profile_;
  SpanLog* const log_;
  const HostClock clock_;
  const std::stop_token stop_;
  ProfileBatches batches_;
};

}  // namespace erg
