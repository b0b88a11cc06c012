// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "autocast.h"
#include "batch_source.h"
#include "erg/trainer.h"
#include "gradient_average.h"
#include "graph_module.h"
#include "meter.h"
#include "optimizer.h"

namespace erg {

// Everything that a training is made of and that changes as it goes on.
struct Trainer::State {
  State(const Network& network, const DataSet& data_set, const TrainingOptions& wanted,
        at::Device where, Collective* ranks);

  std::int64_t steps_per_epoch() const;
  std::int64_t batch_of_all() const;  // of all ranks: images a step
  // What every rank must have been started with.
  std::string agreement() const;
  // Throws TrainingError where the ranks differ in it; all begin with rank 0's weights.
  void agree();
  std::int64_t planned_steps() const;

  const DataSet& data;
  const TrainingOptions options;
  const at::Device device;
  GraphModule module;
  ParameterOptimizer optimizer;
  std::optional<GradientScaler> scaler;  // with fp16
  GradientAverage average;
  BatchSource source;
  Meter meter;
  std::int64_t step = 0;   // done, over all epochs
  std::int64_t epoch = 0;  // whole ones done
  at::Tensor random;       // of the CPU, to go on with; undefined: by the seed
};

}  // namespace erg
