// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "erg/provenance.h"
#include "erg/units.h"

namespace erg {

// What a series of readings means. Do not change the values: they are stored.
enum class ChannelKind : std::uint8_t {
  energy_counter = 0,  // grows; a difference is an energy
  windowed_power = 1,  // mean power over the window that ended `delay` before the stamp
  gauge = 2,           // clocks, temperature, limits, utilisation: no energy
};

// Do not change the values: they are stored.
enum class Unit : std::uint8_t { joule = 0, watt = 1, hertz = 2, celsius = 3, ratio = 4, byte = 5 };

std::string_view to_string(ChannelKind kind);
std::string_view to_string(Unit unit);

// One series: whose it is, what it counts, and what is known of the sensor behind it.
struct Channel {
  std::string name;    // "energy", "power_ring", "power_instant", "sm_clock"; unique on its device
  std::string device;  // Device::id
  ChannelKind kind = ChannelKind::gauge;
  Unit unit = Unit::ratio;
  double resolution = 1;  // one count, in `unit`: 0.001 for a counter of millijoules
  Seconds refresh{0};     // how often the hardware renews it; 0: at each read
  Seconds window{0};      // the span of time one reading averages
  Seconds delay{0};       // from the end of that window to the stamp
  double gain_u = 0;      // relative standard uncertainty of the gain, common to the device
  double noise_u = 0;     // standard deviation of one reading, in `unit`
  Provenance provenance = Provenance::measured;
  std::string method;  // how it is read, in a few words: "NVML sample ring", "RAPL powercap"

  friend bool operator==(const Channel&, const Channel&) = default;
};

}  // namespace erg
