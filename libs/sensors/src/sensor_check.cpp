// SPDX-License-Identifier: Apache-2.0
#include "erg/sensor_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace erg {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * share);
  return text;
}

// The powers that a timeline tells in an interval: its readings, or between a counter's.
std::vector<double> powers_w(const Timeline& line, Interval interval) {
  const bool counter = line.channel().kind == ChannelKind::energy_counter;
  std::vector<double> watts;
  for (std::size_t i = counter ? 1 : 0; i < line.size(); ++i) {
    const Timestamp time = line.times()[i];
    if (!interval.contains(time) || (counter && line.times()[i - 1] < interval.begin)) continue;
    watts.push_back(counter ? (line.value(i) - line.value(i - 1)) /
                                  Seconds{time - line.times()[i - 1]}.count()
                            : line.value(i));
  }
  return watts;
}

}  // namespace

std::optional<Seconds> measured_refresh(const Timeline& line) {
  std::vector<double> apart;
  std::optional<Timestamp> last;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line.counts()[i] == line.counts()[i - 1]) continue;
    if (last) apart.push_back(Seconds{line.times()[i] - *last}.count());
    last = line.times()[i];
  }
  if (apart.size() < 5) return std::nullopt;
  return Seconds{median(std::move(apart))};
}

std::optional<Watts> measured_noise(const Timeline& line, Interval steady) {
  if (line.channel().kind == ChannelKind::gauge) return std::nullopt;
  const std::vector<double> watts = powers_w(line, steady);
  if (watts.size() < 10) return std::nullopt;
  std::vector<double> steps;
  for (std::size_t i = 1; i < watts.size(); ++i) steps.push_back(std::abs(watts[i] - watts[i - 1]));
  // The median of |a - b| of two normal readings is 0.6745 sqrt(2) of their standard deviation.
  return Watts{median(std::move(steps)) / (0.6745 * std::sqrt(2.0))};
}

std::optional<Watts> mean_power(const Timeline& line, Interval interval) {
  if (interval.empty()) return std::nullopt;
  const auto energy = line.energy(interval);
  if (!energy) return std::nullopt;
  return *energy / Seconds{interval.length()};
}

namespace {

// Where a timeline begins a little late or ends a little early, the mean of what it covers: at
// least half of the interval.
std::optional<Watts> mean_power_within(const Timeline& line, Interval interval) {
  const auto covered = line.covered();
  if (!covered) return std::nullopt;
  const Interval seen = intersection(interval, *covered);
  if (2 * seen.length() < interval.length()) return std::nullopt;
  return mean_power(line, seen);
}

}  // namespace

std::optional<double> disagreement(const Timeline& counter, const Timeline& power,
                                   Interval interval) {
  const auto counted = counter.covered(), seen = power.covered();
  if (!counted || !seen) return std::nullopt;
  const Interval both = intersection(interval, intersection(*counted, *seen));
  const auto times = counter.times();
  const auto first = std::ranges::lower_bound(times, both.begin);
  const auto last = std::ranges::upper_bound(times, both.end);
  if (last - first < 2) return std::nullopt;
  const Interval between{*first, *(last - 1)};
  const auto by_counter = counter.energy(between), by_power = power.energy(between);
  if (!by_counter || !by_power || by_power->value() <= 0) return std::nullopt;
  return *by_counter / *by_power - 1;
}

Seconds read_cost(Sensor& sensor, const HostClock& clock, int reads) {
  std::vector<Slot> slots(sensor.channels().size());
  std::vector<double> costs;
  for (int i = 0; i < reads; ++i) {
    for (Slot& slot : slots) slot.clear();
    const Timestamp before = clock.now();
    sensor.read(clock, slots);
    costs.push_back(Seconds{clock.now() - before}.count());
  }
  return costs.empty() ? Seconds{0} : Seconds{median(std::move(costs))};
}

ChannelProfile profile_channel(const Timeline& line, const LoadSchedule& schedule,
                               const Timeline* counter) {
  ChannelProfile profile;
  profile.channel = line.channel().name;
  profile.device = line.channel().device;
  profile.refresh = measured_refresh(line);
  profile.response = measured_response(line, schedule.on);
  profile.noise = measured_noise(line, schedule.steady);
  profile.idle_cold = mean_power_within(line, schedule.cold_idle);
  profile.idle_hot = mean_power_within(line, schedule.hot_idle);
  profile.load = mean_power_within(line, schedule.steady);
  const bool power = line.channel().kind == ChannelKind::windowed_power;
  if (counter && power) {
    profile.disagreement =
        disagreement(*counter, line, {schedule.cold_idle.begin, schedule.hot_idle.end});
  }
  return profile;
}

std::vector<std::string> warnings(const ChannelProfile& profile) {
  std::vector<std::string> found;
  const std::string name = profile.device + " " + profile.channel;
  if (profile.disagreement && std::abs(*profile.disagreement) > kDisagreementLimit) {
    found.push_back(name + ": the counter is " + percent(*profile.disagreement) +
                    " of the integrated power away from it: trust neither below that");
  }
  if (profile.load && profile.idle_cold && *profile.load <= *profile.idle_cold) {
    found.push_back(name + ": draws no more under load than idle: it may not see the load at all");
  }
  return found;
}

std::vector<UtilisationPower> utilisation_powers(const Timeline& utilisation,
                                                 const Timeline& energy) {
  std::vector<UtilisationPower> pairs;
  for (std::size_t i = 1; i < utilisation.size(); ++i) {
    const Interval between{utilisation.times()[i - 1], utilisation.times()[i]};
    if (const auto power = mean_power(energy, between)) {
      pairs.push_back({utilisation.value(i), *power});
    }
  }
  return pairs;
}

}  // namespace erg
