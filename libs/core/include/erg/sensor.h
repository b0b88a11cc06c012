// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "erg/channel.h"
#include "erg/host_clock.h"
#include "erg/timeline.h"

namespace erg {

// Why a read brought nothing for a channel.
enum class Absence : std::uint8_t {
  none,           // it brought something
  nothing_new,    // read well, but the hardware has not renewed its value
  failed,         // this time; it may come back
  malformed,      // answered with something that is no number
  not_supported,  // never on this device
  no_permission,
  device_lost,
};

std::string_view to_string(Absence absence);

// What one read brought for one channel. The sampler clears it before each read.
struct Slot {
  std::vector<Sample> samples;  // in time order, later than all that came before
  std::optional<Gap> gap;       // time whose energy is unknown: reset, overrun, lost device
  Absence absence = Absence::none;

  void clear() {
    samples.clear();
    gap.reset();
    absence = Absence::none;
  }
};

// Thrown by a sensor's constructor when this machine cannot provide it: what was tried, the
// library's own words, and the way out.
class SensorUnavailable : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// A source of readings, one or more channels read together. Used by one thread at a time.
class Sensor {
 public:
  virtual ~Sensor() = default;

  // Fixed for the sensor's life.
  virtual std::span<const Channel> channels() const noexcept = 0;

  // How often to read so that nothing is lost and nothing is read twice.
  virtual Nanoseconds period() const noexcept = 0;

  // Fills one slot per channel. Each sample carries its own time: a sensor whose hardware buffers
  // samples hands out many at once; one read on demand stamps the middle of the clock reads around
  // the call. Counts of an energy counter start at 0 with its first sample and never go down.
  virtual void read(const HostClock& clock, std::span<Slot> slots) noexcept = 0;
};

}  // namespace erg
