// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "erg/sensor.h"

namespace erg {

// Counts what the reads of one channel brought and why they brought nothing, so that no failure
// goes unsaid. Used by one thread.
class ReadingTally {
 public:
  void add(const Slot& slot);

  // One sentence for each kind of failure, gap, and counter that stood still; none where all went
  // well.
  std::vector<std::string> notes(const Channel& channel) const;

 private:
  struct Gaps {
    std::uint64_t count = 0;
    Nanoseconds time{0};
  };

  std::uint64_t reads_ = 0;
  std::uint64_t samples_ = 0;
  Sample first_, last_;
  std::array<std::uint64_t, 7> absences_{};  // by Absence
  std::array<Gaps, 4> gaps_{};               // by GapReason
};

}  // namespace erg
