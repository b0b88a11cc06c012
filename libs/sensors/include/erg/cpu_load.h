// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "erg/host_clock.h"

namespace erg {

// Threads that work, or sleep, as told: the load under which a CPU's sensors are checked.
//
// One owner turns it on and off; begins off.
class CpuLoad {
 public:
  // One thread a CPU by default. Throws std::system_error when the system gives none.
  explicit CpuLoad(unsigned threads = 0);
  ~CpuLoad();
  CpuLoad(const CpuLoad&) = delete;
  CpuLoad& operator=(const CpuLoad&) = delete;

  void on();
  void off();

 private:
  std::atomic<bool> on_{false};
  std::vector<std::jthread> threads_;  // last: joined before what they use is destroyed
};

// On for half a period, off for half a period, so many times; returns when it was on. Blocks.
std::vector<Interval> square_wave(CpuLoad& load, const HostClock& clock, Nanoseconds half_period,
                                  int periods);

}  // namespace erg
