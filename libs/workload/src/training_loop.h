// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "device_track.h"
#include "host_track.h"
#include "layer_marks.h"
#include "learning_watch.h"
#include "training_state.h"

namespace erg {

// One call of Trainer::train: the loop, and the spans it opens as its level of instrumentation
// says.
class TrainingLoop {
 public:
  TrainingLoop(Trainer::State& state, SpanLog* log, const TrainingListener& listener,
               std::stop_token stop, std::uint16_t span_device);

  TrainingOutcome run();
  TrainingOutcome run_evaluation(std::int64_t rounds);

 private:
  template <class Body>
  TrainingOutcome within_run(Body body);
  bool ended() const;
  std::vector<std::uint32_t> my_part(std::vector<std::uint32_t> order) const;
  void evaluation_round(std::int64_t round);
  void train_epoch();
  std::int64_t train_steps();
  void step(std::int64_t index, std::int64_t steps);
  at::Tensor to_device(const at::Tensor& host, bool images) const;
  void backward(const at::Tensor& loss);
  void update();
  void average(double weight);
  Learnt learnt_by_all();
  bool stop_agreed(bool mine) const;
  void evaluate(std::int64_t steps, EpochResult& result);

  // From here on the phase is another, on every clock that is kept.
  void enter(std::string_view phase);
  void begin_step();
  void wait_where_asked(bool step_ends);
  bool layers_wanted();
  void report(std::int64_t step, std::int64_t steps, bool evaluating);
  void note(std::string_view text) const;

  Trainer::State& state_;
  SpanLog* const log_;
  const TrainingListener& listener_;
  const std::stop_token stop_;
  const Instrumentation level_;
  HostTrack host_;
  std::optional<DeviceTrack> device_track_;
  std::optional<HostLayers> host_layers_;
  std::optional<LayerMarks> layer_marks_;
  Shard shard_;
  bool layers_now_ = false;  // this step's layers are watched
  std::mt19937_64 layer_choice_;
  std::int64_t layer_turn_ = 0;
  SpanIndex run_ = kNoSpan;
  LearningWatch watch_;
  std::optional<double> loss_;
  std::chrono::steady_clock::time_point reported_;
  std::int64_t images_at_report_ = 0;
  TrainingOutcome outcome_;
};

}  // namespace erg
