// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "erg/power_limiter.h"
#include "erg/store.h"
#include "study_cells.h"
#include "study_child.h"
#include "study_result.h"

namespace erg {

// Where and how much of a study one process runs.
struct StudyPlace {
  std::string store_url;  // with its password: for the trainings
  std::string trainer;    // erg-train
  std::int64_t most = 0;  // trainings at most; 0: all
  bool quiet = false;
};

// Takes trainings of a study from a store one after the other, as long as there are any, and runs
// each as a child. Several processes may do so with one study at once.
class StudyRunner {
 public:
  // Puts what the study has and the store has not into it. Throws StudyError where the store has a
  // study of that name with other trainings.
  StudyRunner(const StudyFile& study, Store& store, StudyPlace place);

  // 0, or 128 + the signal by which the user ended it. What others hold is waited for.
  int run();

  std::int64_t failed() const { return failed_; }  // of those run here

 private:
  void add_cells();
  void free_cells_of_the_dead();
  bool wait_for_others();
  void run_cell(StudyCell cell);
  TrainingEnd train(const StudyCell& cell, const Training& training);
  bool warm_up(const StudyCell& cell, const Training& training);
  std::unique_ptr<PowerLimiter> capped(const Training& training) const;
  bool renewed(const StudyCell& cell);
  void show(const std::string& text, bool last);

  const StudyFile& study_;
  Store& store_;
  const StudyPlace place_;
  const std::string owner_;
  std::map<std::string, Training> trainings_;  // by name
  StudyChild child_;
  double renewed_at_ = 0;
  std::int64_t taken_ = 0;
  std::int64_t failed_ = 0;
  int user_signal_ = 0;
};

// The card that a training's cap is for: the one behind cuda:N, as CUDA_VISIBLE_DEVICES has it.
std::string capped_card(const std::string& device);

}  // namespace erg
