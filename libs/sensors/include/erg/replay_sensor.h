// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "erg/sensor.h"
#include "erg/timeline.h"

namespace erg {

// Recorded timelines as a sensor, so that a stored run goes through the whole program once more.
//
// The recording begins at the first read, or at `begin`: its earliest reading is due then, later
// ones and gaps at the same distance as they were recorded (divided by `speed`). Times shift by
// whole nanoseconds and counts by a constant, so that at speed 1 every energy is the recorded one.
class ReplaySensor final : public Sensor {
 public:
  explicit ReplaySensor(std::vector<Timeline> recording, double speed = 1,
                        Nanoseconds period = std::chrono::milliseconds{100},
                        std::optional<Timestamp> begin = std::nullopt);
  ~ReplaySensor() override;

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return period_; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

  // Whether everything recorded has been handed out.
  bool finished() const noexcept;

 private:
  struct Track;

  std::vector<Channel> channels_;
  std::vector<Track> tracks_;  // one per channel
  double speed_;
  Nanoseconds period_;
  Timestamp recorded_begin_;
  std::optional<Timestamp> began_;
};

}  // namespace erg
