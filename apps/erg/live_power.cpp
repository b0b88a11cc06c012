// SPDX-License-Identifier: Apache-2.0
#include "live_power.h"

#include <algorithm>

namespace erg {
namespace {

constexpr std::chrono::seconds kRemembered{2};
// A counter renewed every few milliseconds says little over one step: at least this long.
constexpr std::chrono::milliseconds kShortest{150};

}  // namespace

LivePower::LivePower(SensorSet found) : found_{std::move(found)} {
  for (const auto& sensor : found_.sensors) {
    due_.push_back(Nanoseconds{0});
    auto& own = series_.emplace_back();
    for (const auto& channel : sensor->channels()) own.push_back({channel, {}});
  }
}

std::vector<LivePower::Reading> LivePower::read() {
  const Timestamp now = clock_.now();
  for (std::size_t i = 0; i < found_.sensors.size(); ++i) {
    Sensor& sensor = *found_.sensors[i];
    if (now.time_since_epoch() < due_[i]) continue;
    // A buffer of samples may be looked into at any time; what is renewed slowly is read slowly.
    const bool buffered = std::ranges::any_of(series_[i], [](const Series& series) {
      return series.channel.kind == ChannelKind::windowed_power;
    });
    due_[i] = now.time_since_epoch() + (buffered ? Nanoseconds{0} : sensor.period());
    std::vector<Slot> slots(series_[i].size());
    sensor.read(clock_, slots);
    for (std::size_t channel = 0; channel < slots.size(); ++channel) {
      auto& recent = series_[i][channel].recent;
      if (slots[channel].gap) recent.clear();
      recent.insert(recent.end(), slots[channel].samples.begin(), slots[channel].samples.end());
      while (!recent.empty() && recent.front().time < now - kRemembered) recent.pop_front();
    }
  }

  std::vector<Reading> readings;
  for (const auto& device : found_.devices) {
    Reading best{&device, std::nullopt, "", Provenance::measured};
    for (const auto& sensor : series_) {
      for (const auto& series : sensor) {
        if (series.channel.device != device.id || best.power) continue;
        best.power = power(series);
        best.method = series.channel.method;
        best.provenance = series.channel.provenance;
      }
    }
    readings.push_back(best);
  }
  return readings;
}

std::optional<Watts> LivePower::power(const Series& series) const {
  const auto& recent = series.recent;
  if (recent.empty() || series.channel.kind == ChannelKind::gauge) return std::nullopt;
  const double resolution = series.channel.resolution;
  if (series.channel.kind == ChannelKind::windowed_power) {
    return Watts{static_cast<double>(recent.back().count) * resolution};
  }
  const auto earlier = std::find_if(recent.rbegin(), recent.rend(), [&](const Sample& sample) {
    return sample.time + kShortest <= recent.back().time;
  });
  if (earlier == recent.rend()) return std::nullopt;
  const auto counts = static_cast<double>(recent.back().count - earlier->count);
  return Joules{counts * resolution} / Seconds{recent.back().time - earlier->time};
}

}  // namespace erg
