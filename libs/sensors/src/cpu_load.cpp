// SPDX-License-Identifier: Apache-2.0
#include "erg/cpu_load.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace erg {
namespace {

// Some microseconds of arithmetic that no compiler leaves out.
void work() {
  volatile double value = 1.0001;
  for (int i = 0; i < 2000; ++i) value = std::sqrt(value * 1.0001 + 1e-9);
}

}  // namespace

CpuLoad::CpuLoad(unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](std::stop_token stop) {
      while (!stop.stop_requested()) {
        if (on_.load(std::memory_order_relaxed)) {
          work();
        } else {
          on_.wait(false);
        }
      }
    });
  }
}

CpuLoad::~CpuLoad() {
  for (auto& thread : threads_) thread.request_stop();
  on();  // wakes those that sleep
}

void CpuLoad::on() {
  on_ = true;
  on_.notify_all();
}

void CpuLoad::off() { on_ = false; }

std::vector<Interval> square_wave(Load& load, const HostClock& clock, Nanoseconds half_period,
                                  int periods) {
  std::vector<Interval> on;
  auto deadline = std::chrono::steady_clock::now();
  for (int i = 0; i < periods; ++i) {
    load.on();
    const Timestamp begin = clock.now();
    std::this_thread::sleep_until(deadline += half_period);
    load.off();
    on.push_back({begin, clock.now()});
    std::this_thread::sleep_until(deadline += half_period);
  }
  return on;
}

}  // namespace erg
