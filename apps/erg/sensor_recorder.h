// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "erg/host_clock.h"
#include "erg/reading_tally.h"
#include "erg/sensor.h"
#include "erg/timeline.h"

namespace erg {

// Reads sensors on its own thread, as fast as 5 % of a core allow and at most every 5 ms, into
// timelines in memory. One owner starts and stops it.
class SensorRecorder {
 public:
  // `sensors` outlive the recorder and are its alone until stop(). Reads each before it returns,
  // and once more in stop(): what happens between is covered, however slow the machine.
  SensorRecorder(const std::vector<std::unique_ptr<Sensor>>& sensors, HostClock clock);

  // One timeline for each channel of each sensor, in their order.
  std::vector<Timeline> stop();

  Seconds read_cost(std::size_t channel) const { return costs_[channel]; }
  // After stop(): what could not be read, by channel and reason.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  struct Source {
    Sensor* sensor;
    std::size_t first;  // of its channels
    Nanoseconds period;
    std::chrono::steady_clock::time_point due;
  };

  void run(const std::stop_token& stop);
  void read(Source& source);

  const HostClock clock_;
  std::vector<Source> sources_;
  std::vector<Timeline> timelines_;    // the thread's alone until it is joined
  std::vector<ReadingTally> tallies_;  // likewise, one a channel
  std::vector<Seconds> costs_;         // of one read, by channel
  std::vector<std::string> failures_;
  std::jthread thread_;  // last: joined before what it uses is destroyed
};

}  // namespace erg
