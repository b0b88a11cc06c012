// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "erg/collective.h"
#include "erg/data_set.h"
#include "erg/environment.h"
#include "erg/network.h"
#include "erg/run.h"
#include "erg/span_log.h"
#include "erg/step_profile.h"
#include "erg/training_options.h"

namespace erg {

// How far a training is.
struct TrainingProgress {
  std::int64_t epoch = 0;  // from 0
  std::int64_t epochs = 0;
  std::int64_t step = 0;  // steps done in the epoch
  std::int64_t steps = 0;
  bool evaluating = false;
  std::optional<double> loss;  // mean of the epoch so far, as of the last time it was read
  double images_per_second = 0;
};

// Who wants to know; what is empty is not called. All from the thread that trains, outside the
// phases that are measured, `progress` a few times a second.
struct TrainingListener {
  std::function<void(const TrainingProgress&)> progress;
  std::function<void(const EpochResult&)> epoch;
  std::function<void(std::string_view)> note;  // something is wrong with the numbers
};

// What a training came to.
struct TrainingOutcome {
  std::vector<EpochResult> epochs;
  std::int64_t steps = 0;
  std::int64_t images = 0;         // trained on, in all
  std::int64_t skipped_steps = 0;  // of fp16: a gradient was not finite
  bool stopped = false;            // as asked for from outside, at the end of a step
  bool reached = false;            // until_accuracy
  bool cut_short = false;          // max_steps, before the last epoch's end
  double tests = 0;                // whole ones: that of a cut epoch is a part of one
  std::optional<std::int64_t> peak_device_bytes;
};

// One network, trained on one data set: opens spans, and trains just as well with nobody listening.
// One thread uses it.
class Trainer {
 public:
  struct State;  // what changes as it goes on

  // `data` outlives the trainer. The network's input has as many channels as the images, which are
  // resized to it, and as many outputs as there are classes. Throws TrainingError, NetworkError.
  //
  // With `ranks`, which outlives it, this is one of several processes that train one network: each
  // on its own images of a step, options.batch of them, by the mean of all their gradients. Then
  // every call here is one that all ranks make.
  Trainer(const Network& network, const DataSet& data, const TrainingOptions& options,
          Collective* ranks = nullptr);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // What the run's environment holds about it.
  Workload workload() const;
  // By which a sensor knows the GPU that it trains on; empty on a CPU.
  std::optional<std::string> gpu_uuid() const;

  // Trains to the end, or until `stop`, and opens the spans of it in `log`, which may be null.
  // `span_device`: which of the part's devices the spans of a GPU belong to. Throws TrainingError
  // when the device fails, runs out of memory among them.
  TrainingOutcome train(SpanLog* log, const TrainingListener& listener = {},
                        std::stop_token stop = {}, std::uint16_t span_device = kNoDevice);

  // Runs the test images through the network `rounds` times, without training: one epoch each, of
  // phase `evaluate`. Otherwise as train.
  TrainingOutcome evaluate(std::int64_t rounds, SpanLog* log, const TrainingListener& listener = {},
                           std::stop_token stop = {}, std::uint16_t span_device = kNoDevice);

  // Runs blocks of step designs as `profile` plans them, with the weights held, and opens a span of
  // kind block for each in `log`, which may be null. The training is bit for bit where it was
  // before: the next step goes on as if nothing had been. False when `stop` ended it. Throws
  // TrainingError.
  bool profile(const StepProfile& profile, SpanLog* log, std::stop_token stop = {});

  // Weights, optimizer, place in the training, random state: all that another machine needs to go
  // on. Whole or not at all. Throws CheckpointError.
  void save(const std::filesystem::path& path) const;
  // Goes on where the checkpoint stands: on a CPU bit for bit as if it had never stopped. Throws
  // CheckpointError for one of another network, other data, another batch or seed.
  void resume(const std::filesystem::path& path);
  // Its weights alone, to be measured. Throws CheckpointError.
  void load_weights(const std::filesystem::path& path);

 private:
  template <class Body>
  auto guarded(Body body);

  std::unique_ptr<State> state_;
};

// The versions of what executes: "torch", "cuda".
std::map<std::string, std::string> workload_versions();

}  // namespace erg
