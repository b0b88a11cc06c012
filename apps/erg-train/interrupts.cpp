// SPDX-License-Identifier: Apache-2.0
#include "interrupts.h"

#include <time.h>

#include <chrono>

#include "console.h"

namespace erg {

Interrupts::Interrupts(bool tell) : tell_{tell} {
  sigemptyset(&watched_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched_, number);
  pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
  thread_ = std::jthread{[this](std::stop_token end) { wait(std::move(end)); }};
}

Interrupts::~Interrupts() {
  thread_.request_stop();
  thread_.join();
  pthread_sigmask(SIG_UNBLOCK, &watched_, nullptr);
}

void Interrupts::wait(std::stop_token end) {
  constexpr timespec kPatience{0, 100'000'000};
  // What goes to a whole group arrives twice under erg run, which passes on what it is sent: that
  // is one wish. Nobody types two so soon after another.
  constexpr std::chrono::milliseconds kOne{200};
  std::chrono::steady_clock::time_point first;
  while (!end.stop_requested()) {
    const int number = sigtimedwait(&watched_, nullptr, &kPatience);
    if (number <= 0) continue;
    if (signal_ != 0 && std::chrono::steady_clock::now() - first < kOne) continue;
    if (signal_ != 0) {
      // As if it had never been watched: the shell sees what happened.
      ::signal(number, SIG_DFL);
      pthread_sigmask(SIG_UNBLOCK, &watched_, nullptr);
      ::raise(number);
      return;
    }
    signal_ = number;
    first = std::chrono::steady_clock::now();
    stop_.request_stop();
    if (tell_) inform("\nerg: stopping at the end of this step; once more stops at once\n");
  }
}

}  // namespace erg
