// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study_file.h"

namespace erg {

// One training of a study.
struct Training {
  std::string network;
  std::string data;
  std::int64_t batch = 0;
  std::int64_t epochs = 0;
  std::string precision;
  std::string instrumentation;
  double power_cap_w = 0;   // 0: as found
  double sm_clock_mhz = 0;  // 0: not locked
  std::int64_t repeat = 0;  // from 0

  // "alexnet_thesis fashion_mnist b128 e1 fp32 phases 200W", and with " #1" behind it.
  std::string setting() const;
  std::string name() const { return setting() + " #" + std::to_string(repeat + 1); }
};

// All trainings of a study in the order in which they are to run: the same for the same file.
std::vector<Training> trainings_of(const StudyFile& study);

// The words of `erg train` for it, without what the run is called.
std::vector<std::string> train_words(const StudyFile& study, const Training& training);

// A mistyped name would cost the night: throws StudyError for a network that is neither in the
// catalogue nor a file, with the nearest one.
void check_networks(const StudyFile& study, const std::string& path);

// MACs of forward and backward, of all steps; empty where the network or the data cannot be counted
// here. Throws StudyError for a network that cannot take the images.
std::optional<double> planned_macs(const StudyFile& study, const Training& training);

}  // namespace erg
