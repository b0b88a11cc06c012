// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "erg/network.h"

namespace erg {

// A training that cannot start or go on: what was asked for, what is in the way, the way out.
class TrainingError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// What a training measures of itself (MEASUREMENT.md 2). Do not rename: runs hold these words.
enum class Instrumentation {
  none,         // epochs only
  phases,       // the host's clock, and device events on a GPU; nothing waits for the device
  layers,       // phases, and each layer's forward and backward on some steps
  sync_step,    // steps, each ended by a wait for the device
  sync_phases,  // phases, each ended so
  sync_layers,  // phases and layers, each ended so, on every step
  nosync1,      // sync_phases, but the forward: its device time falls into the loss
  nosync3,      // phases by the host's clock, one wait at the end of each step
};

// Do not rename: runs hold these words.
enum class Precision {
  fp32,  // everywhere: TF32 is off
  tf32,  // convolutions and matrix products of 32 bits in TF32
  bf16,  // autocast
  fp16,  // autocast, with gradient scaling
};

enum class OptimizerKind { sgd, adam, adamw };

std::span<const std::string_view> instrumentation_names();
std::span<const std::string_view> precision_names();
std::span<const std::string_view> optimizer_names();

std::string_view to_string(Instrumentation instrumentation);
std::string_view to_string(Precision precision);
std::string_view to_string(OptimizerKind kind);
// Throw TrainingError with the nearest word.
Instrumentation instrumentation_from(std::string_view word);
Precision precision_from(std::string_view word);
OptimizerKind optimizer_kind_from(std::string_view word);

// As PyTorch's optimizers of these names.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::sgd;
  double learning_rate = 0.01;
  double momentum = 0;  // of sgd
  bool nesterov = false;
  double weight_decay = 0;  // adamw: decoupled
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

// How the learning rate goes on: a factor for each step.
struct Schedule {
  enum class Kind { constant, step, cosine };
  Kind kind = Kind::constant;
  std::int64_t step_epochs = 30;  // step: times `gamma` after each so many epochs
  double gamma = 0.1;
  std::int64_t warmup_steps = 0;  // from 0 up, evenly, before anything else

  // `step` counts from 0 over the whole training; `total` is its planned length.
  double factor(std::int64_t step, std::int64_t steps_per_epoch, std::int64_t total) const;
};

// "constant", "cosine", "step:EPOCHS", "step:EPOCHS:GAMMA". Throws TrainingError.
Schedule schedule_from(std::string_view text);

struct TrainingOptions {
  std::int64_t batch = 128;
  std::int64_t epochs = 1;
  std::optional<std::int64_t> max_steps;  // ends the training early; evaluation shrinks likewise
  OptimizerOptions optimizer;
  Schedule schedule;
  std::optional<Initialization> initialization;  // empty: the network's own
  std::uint64_t seed = 0;
  std::string device = "cpu";  // "cpu", "cuda", "cuda:N"
  Precision precision = Precision::fp32;
  bool channels_last = false;
  Instrumentation instrumentation = Instrumentation::phases;
  std::int64_t layer_every = 8;          // layers: a random one in so many steps
  std::int64_t threads = 0;              // of PyTorch's operators; 0: as it chooses
  std::int64_t loader_threads = 0;       // 0: by the number of cores
  bool evaluate = true;                  // on the test images after each epoch
  std::optional<double> until_accuracy;  // of the test images, 0 to 1: stop when reached
};

}  // namespace erg
