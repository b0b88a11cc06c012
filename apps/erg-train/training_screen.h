// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "erg/step_ahead.h"
#include "erg/trainer.h"

namespace erg {

// Shows a training on stderr: a bar on a terminal, a line for each epoch (and for each half minute
// of a long one) in a log; from the first epoch's end on with the time and energy to the end.
class TrainingScreen {
 public:
  // `max_steps`: after which the training ends; 0: after its epochs.
  explicit TrainingScreen(bool quiet, std::int64_t max_steps = 0);

  // Where the energy that the run has taken so far is to be had.
  void energy_from(std::function<std::optional<Joules>()> energy);

  void show(const TrainingProgress& progress);
  void show(const EpochResult& result, std::int64_t epochs);
  // Takes the bar away, so that something else can be written.
  void clear();

 private:
  // " left 12 s (11 s to 13 s), 90 J (85 J to 95 J)"; empty where nothing can be said.
  std::string ahead(double to_come, double done) const;

  const bool quiet_;
  const bool terminal_;
  const std::int64_t max_steps_;
  std::function<std::optional<Joules>()> energy_;
  std::optional<Joules> energy_before_;  // when the epoch began
  std::vector<SeenEpoch> seen_;
  std::int64_t steps_ = 0;  // of an epoch; 0: not known yet
  bool bar_ = false;
  std::chrono::steady_clock::time_point line_;  // when the last one was written
  std::chrono::steady_clock::time_point epoch_;
};

}  // namespace erg
