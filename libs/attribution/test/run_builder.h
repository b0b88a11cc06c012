// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "erg/attribute.h"
#include "erg/testing/at.h"

namespace erg::testing {

inline Device gpu(std::string id = "GPU-1") {
  Device device;
  device.id = std::move(id);
  device.kind = DeviceKind::gpu;
  return device;
}

inline Device host_device(std::string id, DeviceKind kind) {
  Device device;
  device.id = std::move(id);
  device.kind = kind;
  return device;
}

inline Channel power_channel(std::string device, std::string name = "power_ring") {
  Channel channel;
  channel.name = std::move(name);
  channel.device = std::move(device);
  channel.kind = ChannelKind::windowed_power;
  channel.unit = Unit::watt;
  channel.resolution = 1e-6;
  channel.refresh = Seconds{0.02};
  channel.gain_u = 0.025;
  return channel;
}

inline Channel energy_channel(std::string device) {
  Channel channel;
  channel.name = "energy";
  channel.device = std::move(device);
  channel.kind = ChannelKind::energy_counter;
  channel.unit = Unit::joule;
  channel.resolution = 1e-6;
  channel.gain_u = 0.025;
  return channel;
}

// A part whose channels and spans a test fills in. Times are seconds.
class PartBuilder {
 public:
  explicit PartBuilder(std::string clock = "clock") { part_.header.clock = std::move(clock); }

  PartBuilder& device(const Device& device) {
    part_.header.devices.push_back(device);
    return *this;
  }
  // Samples `value` (watts, or joules so far) every `period` from begin to end, both included.
  PartBuilder& samples(const Channel& channel, double begin, double end, double period,
                       const std::function<double(double)>& value) {
    Timeline timeline{channel};
    const auto count = static_cast<int>(std::lround((end - begin) / period));
    for (int i = 0; i <= count; ++i) {
      const double time = begin + i * period;
      timeline.append({at(time), std::llround(value(time) / channel.resolution)});
    }
    return add(timeline);
  }
  PartBuilder& add(const Timeline& timeline) {
    part_.header.channels.push_back(timeline.channel());
    part_.timelines.push_back(timeline);
    return *this;
  }
  PartBuilder& span(SpanKind kind, std::string_view name, double begin, double end,
                    Pass pass = Pass::none) {
    return append(kind, name, between(begin, end), pass, SpanClock::host, kNoDevice);
  }
  PartBuilder& open_span(SpanKind kind, std::string_view name, double begin) {
    return append(kind, name, {at(begin), kStillOpen}, Pass::none, SpanClock::host, kNoDevice);
  }
  PartBuilder& device_span(SpanKind kind, std::string_view name, double begin, double end,
                           Pass pass = Pass::none, std::uint16_t device = 0) {
    return append(kind, name, between(begin, end), pass, SpanClock::device, device);
  }
  Part build() const { return part_; }

 private:
  PartBuilder& append(SpanKind kind, std::string_view name, Interval interval, Pass pass,
                      SpanClock clock, std::uint16_t device) {
    Span span;
    span.name = part_.spans.intern(name);
    span.kind = kind;
    span.pass = pass;
    span.clock = clock;
    span.device = device;
    span.interval = interval;
    part_.spans.append(span);
    return *this;
  }

  Part part_;
};

inline Run run_of(std::vector<Part> parts) {
  Run run;
  run.status = RunStatus::finished;
  run.parts = std::move(parts);
  return run;
}

inline const BreakdownRow* row(const Breakdown& breakdown, std::string_view name,
                               Pass pass = Pass::none) {
  for (const auto& each : breakdown.rows) {
    if (each.name == name && each.pass == pass) return &each;
  }
  return nullptr;
}

inline double joules(const BreakdownRow* row) {
  return row && row->energy ? row->energy->value.value() : std::nan("");
}
inline double seconds(const BreakdownRow* row) {
  return row && row->time ? row->time->value.count() : std::nan("");
}

// Rows + unattributed - total, relative to the total.
inline double imbalance(const Breakdown& breakdown) {
  double sum = joules(&breakdown.unattributed);
  for (const auto& each : breakdown.rows) sum += joules(&each);
  return (sum - joules(&breakdown.total)) / joules(&breakdown.total);
}

}  // namespace erg::testing
