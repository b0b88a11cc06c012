// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace erg {

// Turns the first SIGINT, SIGTERM or SIGHUP into a request to stop at the end of the step, and lets
// the second one end the program at once.
//
// Constructed before any other thread, which inherit that these signals are not theirs.
class Interrupts {
 public:
  // `tell`: says on stderr that it stops.
  explicit Interrupts(bool tell = true);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  // The signal that came; 0: none.
  int signal() const { return signal_; }

 private:
  void wait(std::stop_token end);

  const bool tell_;
  sigset_t watched_;
  std::stop_source stop_;
  std::atomic<int> signal_ = 0;
  std::jthread thread_;  // last: joined before what it uses is destroyed
};

}  // namespace erg
