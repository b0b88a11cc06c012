// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "erg/units.h"

namespace erg {

// A study file that cannot be: the file, the line, what is wrong and what would be right.
class StudyError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// In which order the trainings of a study run; each round has every setting once.
enum class StudyOrder {
  random,  // each round shuffled anew, from the study's seed
  abba,    // one round forward, the next backward
  given,   // as the file has them
};

// A study as its file describes it: what is varied, what is alike, and how it is run.
struct StudyFile {
  std::string name;
  std::string description;
  StudyOrder order = StudyOrder::random;
  std::uint64_t seed = 1;
  std::int64_t repeats = 3;

  // Varied: every combination is a setting.
  std::vector<std::string> networks;
  std::vector<std::string> data;
  std::vector<std::int64_t> batch_sizes{128};
  std::vector<std::int64_t> epochs{1};
  std::vector<std::string> precision{"fp32"};
  std::vector<std::string> instrumentation{"phases"};
  std::vector<double> power_caps_w{0};   // 0: as the card was found
  std::vector<double> sm_clocks_mhz{0};  // 0: not locked

  // Alike in all: options of erg train by their names, and their values ("" for a flag that is on).
  std::vector<std::pair<std::string, std::string>> train;
  std::string device = "cpu";
  std::int64_t max_steps = 0;    // 0: whole epochs
  std::uint64_t train_seed = 0;  // of the first repeat; the next ones count on

  Seconds warm_up{0};     // at most so long before each training, until power is steady
  double steady = 0.02;   // relative difference of two neighbouring 5 s that is called steady
  Seconds cool_down{0};   // between two trainings
  Seconds time_limit{0};  // of each training; 0: none
};

// Throws StudyError: unknown keys are named with the nearest known one.
StudyFile read_study(const std::string& path);
StudyFile parse_study(std::string_view text, const std::string& path);

// The same study in miniature, to see that all of it runs: two steps of small batches on the CPU,
// on made images of the same shape, once.
StudyFile miniature(StudyFile study);

}  // namespace erg
