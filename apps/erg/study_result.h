// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "erg/store.h"
#include "study_child.h"

namespace erg {

// What became of one training of a study. Do not rename: stores hold these words.
enum class StudyOutcome { done, out_of_memory, time_limit, failed };

std::string_view to_string(StudyOutcome outcome);

// The outcome and its numbers: what a cell's `result` holds.
struct StudyResult {
  StudyOutcome outcome = StudyOutcome::failed;
  std::optional<double> energy_j;
  std::optional<double> time_s;
  std::optional<double> test_accuracy;
  std::optional<double> peak_memory_bytes;
  std::optional<double> planned_macs;
  std::string device;  // cpu, cuda: what was asked for
  std::string words;   // why it is not done
};

std::string to_json(const StudyResult& result);
// Empty for a text that is none.
std::optional<StudyResult> result_from(const std::string& json);

// From how the training ended and what it printed; its run, where it named one, goes into `run`.
StudyResult result_of(const TrainingEnd& end, std::optional<RunId>& run);

}  // namespace erg
