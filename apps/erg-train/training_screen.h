// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "erg/trainer.h"

namespace erg {

// Shows a training on stderr: a bar on a terminal, a line for each epoch (and for each half minute
// of a long one) in a log.
class TrainingScreen {
 public:
  explicit TrainingScreen(bool quiet);

  void show(const TrainingProgress& progress);
  void show(const EpochResult& result, std::int64_t epochs);
  // Takes the bar away, so that something else can be written.
  void clear();

 private:
  const bool quiet_;
  const bool terminal_;
  bool bar_ = false;
  std::chrono::steady_clock::time_point line_;  // when the last one was written
  std::chrono::steady_clock::time_point epoch_;
};

}  // namespace erg
