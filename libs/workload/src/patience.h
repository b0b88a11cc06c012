// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "erg/collective.h"

namespace erg {

// How long one rank waits for the others.
class Patience {
 public:
  // After `stop` the launcher leaves so many seconds; most are for storing what there is.
  Patience(std::stop_token stop, double seconds_to_end)
      : stop_{std::move(stop)}, after_stop_{0.4 * seconds_to_end} {}

  void begin() {
    begun_ = Clock::now();
    stopping_.reset();
  }
  // Throws RankLost when it is over.
  void check() {
    const auto now = Clock::now();
    if (stop_.stop_requested() && !stopping_) stopping_ = now;
    if (stopping_ && now - *stopping_ > after_stop_) {
      throw RankLost{
          "asked to stop, and another rank does not come: it ended, or is in a long step"};
    }
    if (now - begun_ > kLongest) {
      throw RankLost{"another rank has not come for ten minutes"};
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes kLongest{10};

  const std::stop_token stop_;
  const std::chrono::duration<double> after_stop_;
  Clock::time_point begun_ = Clock::now();
  std::optional<Clock::time_point> stopping_;
};

}  // namespace erg
