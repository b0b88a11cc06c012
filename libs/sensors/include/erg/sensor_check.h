// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/estimator.h"
#include "erg/sensor.h"
#include "erg/timeline.h"
#include "erg/units.h"

namespace erg {

// When a device was idle and when it worked, on the host clock: what was done to learn its sensors.
struct LoadSchedule {
  Interval cold_idle;        // before any load
  std::vector<Interval> on;  // the square wave's loads; idle between them
  Interval steady;           // a long load
  Interval hot_idle;         // right after it
};

// How a windowed reading follows power: the mean over `window` that ended `delay` before its stamp.
struct Response {
  Seconds window{0};
  Seconds delay{0};
  double misfit = 0;  // standard deviation of the readings about the model, as a share of its step

  friend bool operator==(const Response&, const Response&) = default;
};

// What was learnt of one channel. Empty where it could not be.
struct ChannelProfile {
  std::string channel;
  std::string device;
  std::optional<Seconds> refresh;
  std::optional<Response> response;
  std::optional<Watts> noise;  // standard deviation of one reading under a steady load
  std::optional<Watts> idle_cold;
  std::optional<Watts> idle_hot;
  std::optional<Watts> load;
  std::optional<Seconds> read_cost;
  std::optional<double> disagreement;  // of the device's counter from this power, see below

  friend bool operator==(const ChannelProfile&, const ChannelProfile&) = default;
};

// Beyond this a counter and the power beside it are told to disagree.
inline constexpr double kDisagreementLimit = 0.02;

// The median time between two changes of the value. No shorter than the readings are apart: read
// faster than you expect. Empty with fewer than five changes.
std::optional<Seconds> measured_refresh(const Timeline& line);

// Robust: from the differences of neighbours in the interval, which slow drift does not move. A
// counter's is that of the power between its readings. Empty with fewer than ten readings.
std::optional<Watts> measured_noise(const Timeline& line, Interval steady);

// Window and delay that explain a windowed power best, given when the load was on. Windows up to
// 1.5 s and delays up to 0.5 s are tried. Empty for other channels, with fewer than 20 readings in
// the wave, and when the load is not seen in them (it moves them by less than their noise).
std::optional<Response> measured_response(const Timeline& power, std::span<const Interval> on);

// Mean power. Empty where the timeline does not cover the interval without a gap.
std::optional<Watts> mean_power(const Timeline& line, Interval interval);

// (counter - integral of power) / integral, over what both cover of the interval, from reading to
// reading of the counter. Empty when that is nothing, or no energy.
std::optional<double> disagreement(const Timeline& counter, const Timeline& power,
                                   Interval interval);

// The median cost of one read, of as many as given.
Seconds read_cost(Sensor& sensor, const HostClock& clock, int reads);

// All of the above for one channel; `counter` may be null. A mean power needs half of its interval
// covered.
ChannelProfile profile_channel(const Timeline& line, const LoadSchedule& schedule,
                               const Timeline* counter);

// What a user should know: a disagreement beyond the limit, idle power that is no less than load.
std::vector<std::string> warnings(const ChannelProfile& profile);

// Utilisation and measured power between its readings: what calibrate() needs.
std::vector<UtilisationPower> utilisation_powers(const Timeline& utilisation,
                                                 const Timeline& energy);

}  // namespace erg
