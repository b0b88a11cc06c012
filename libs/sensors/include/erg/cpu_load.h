// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "erg/host_clock.h"

namespace erg {

// Work that is turned on and off: what sensors are checked under. One owner; begins off.
class Load {
 public:
  virtual ~Load() = default;

  virtual void on() = 0;   // returns when it works
  virtual void off() = 0;  // returns when it rests, or is about to
};

// Threads on the CPU that work, or sleep.
class CpuLoad final : public Load {
 public:
  // One thread a CPU by default. Throws std::system_error when the system gives none.
  explicit CpuLoad(unsigned threads = 0);
  ~CpuLoad() override;
  CpuLoad(const CpuLoad&) = delete;
  CpuLoad& operator=(const CpuLoad&) = delete;

  void on() override;
  void off() override;

 private:
  std::atomic<bool> on_{false};
  std::vector<std::jthread> threads_;  // last: joined before what they use is destroyed
};

// On for half a period, off for half a period, so many times; returns when it was on. Blocks.
std::vector<Interval> square_wave(Load& load, const HostClock& clock, Nanoseconds half_period,
                                  int periods);

}  // namespace erg
