// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace erg {

// The ranks that are processes of this same host: whether one of them is gone shows at once, before
// any launcher or network tells.
class Neighbours {
 public:
  // What a rank says of itself for the others.
  static std::string introduction();
  // By what all ranks said; `rank` is this one.
  void meet(std::span<const std::string> introductions, int rank);

  // Whether one has been gone for a tenth of a second, so that what it sent last has arrived. Looks
  // a few times a second, however often it is asked.
  bool lost();

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<pid_t> processes_;
  Clock::time_point looked_;
  std::optional<Clock::time_point> gone_;
};

}  // namespace erg
