// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "erg/host_clock.h"
#include "erg/sensor_set.h"
#include "erg/timeline.h"

namespace erg {

// The power of each device just now, from its quickest source. Used by one thread.
class LivePower {
 public:
  explicit LivePower(SensorSet found);

  struct Reading {
    const Device* device = nullptr;
    std::optional<Watts> power;  // empty: nothing was read for two seconds
    std::string_view method;
    Provenance provenance = Provenance::measured;
  };

  // Reads what is due. One for each device, in their order.
  std::vector<Reading> read();

  Seconds elapsed() const { return seconds_since_start(clock_.now()); }

 private:
  struct Series {
    Channel channel;
    std::deque<Sample> recent;  // at most two seconds of them
  };

  std::optional<Watts> power(const Series& series) const;

  HostClock clock_;
  SensorSet found_;
  std::vector<Nanoseconds> due_;             // one per sensor, since the clock's zero
  std::vector<std::vector<Series>> series_;  // one per channel of each sensor
};

}  // namespace erg
