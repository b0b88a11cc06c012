// SPDX-License-Identifier: Apache-2.0
#include "erg/cpu_calibration.h"

#include <algorithm>
#include <set>
#include <thread>

#include "erg/cpu_load.h"
#include "erg/sensor_check.h"

namespace erg {
namespace {

bool is_measured_cpu(const Channel& channel) {
  return channel.kind == ChannelKind::energy_counter && channel.name == "energy" &&
         channel.device.starts_with("cpu-") && channel.provenance == Provenance::measured;
}

// A level begins with the step to it.
Interval settled(Interval level) {
  const auto skip = std::min<Nanoseconds>(std::chrono::milliseconds{300}, level.length() / 4);
  return {level.begin + skip, level.end};
}

// The mean of a gauge, each reading of which tells of the time since the one before it.
std::optional<double> mean_of(const Timeline& gauge, Interval interval) {
  double sum = 0;
  Seconds told{0};
  for (std::size_t i = 1; i < gauge.size(); ++i) {
    const Seconds here = intersection({gauge.times()[i - 1], gauge.times()[i]}, interval).length();
    if (here.count() <= 0) continue;
    sum += gauge.value(i) * here.count();
    told += here;
  }
  if (told.count() <= 0) return std::nullopt;
  return sum / told.count();
}

std::optional<Watts> power_of_all(const std::vector<Timeline>& timelines, Interval interval) {
  std::optional<Watts> sum;
  for (const auto& line : timelines) {
    if (!is_measured_cpu(line.channel())) continue;
    const auto power = mean_power(line, interval);
    if (!power) return std::nullopt;
    sum = sum.value_or(Watts{0}) + *power;
  }
  return sum;
}

}  // namespace

bool can_calibrate_cpu(const SensorSet& found) {
  return std::ranges::any_of(found.sensors, [](const auto& sensor) {
    return std::ranges::any_of(sensor->channels(), is_measured_cpu);
  });
}

std::vector<Interval> load_parts_of_cpu(const HostClock& clock, Seconds each) {
  const unsigned all = std::max(1U, std::thread::hardware_concurrency());
  std::set<unsigned> parts;
  for (const unsigned quarters : {1U, 2U, 3U}) {
    const unsigned threads = all * quarters / 4;
    if (threads > 0 && threads < all) parts.insert(threads);
  }
  std::vector<Interval> levels;
  for (const unsigned threads : parts) {
    CpuLoad load{threads};
    load.on();
    const Timestamp begin = clock.now();
    std::this_thread::sleep_for(each);
    levels.push_back({begin, clock.now()});
  }
  return levels;
}

std::optional<IdleMaxModel> calibrated_cpu(const std::vector<Timeline>& timelines,
                                           std::span<const Interval> levels) {
  const auto gauge = std::ranges::find_if(timelines, [](const Timeline& line) {
    return line.channel().name == "utilisation" && line.channel().device.starts_with("cpu-");
  });
  if (gauge == timelines.end()) return std::nullopt;
  std::vector<UtilisationPower> pairs;
  for (const Interval& level : levels) {
    const auto utilisation = mean_of(*gauge, settled(level));
    const auto power = power_of_all(timelines, settled(level));
    if (utilisation && power) pairs.push_back({*utilisation, *power});
  }
  // A CPU that others kept busy, or that draws as much at rest, was not seen at rest.
  constexpr double kLeastSpread = 0.5, kLeastRise = 1.1;
  const auto [least, most] = std::ranges::minmax_element(pairs, {}, &UtilisationPower::utilisation);
  if (pairs.empty() || most->utilisation - least->utilisation < kLeastSpread) return std::nullopt;
  const auto model = calibrate(pairs);
  const bool rises = model && model->idle.value() > 0 && model->max > kLeastRise * model->idle;
  return rises ? model : std::nullopt;
}

}  // namespace erg
