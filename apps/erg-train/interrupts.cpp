// SPDX-License-Identifier: Apache-2.0
#include "interrupts.h"

#include <time.h>

#include "console.h"

namespace erg {

Interrupts::Interrupts() {
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
  while (!end.stop_requested()) {
    const int number = sigtimedwait(&watched_, nullptr, &kPatience);
    if (number <= 0) continue;
    if (signal_ != 0) {
      // As if it had never been watched: the shell sees what happened.
      ::signal(number, SIG_DFL);
      pthread_sigmask(SIG_UNBLOCK, &watched_, nullptr);
      ::raise(number);
      return;
    }
    signal_ = number;
    stop_.request_stop();
    inform("\nerg: stopping at the end of this step; once more stops at once\n");
  }
}

}  // namespace erg
