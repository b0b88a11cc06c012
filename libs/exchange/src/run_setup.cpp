// SPDX-License-Identifier: Apache-2.0
#include "run_setup.h"

#include <fmt/format.h>

namespace erg::exchange {
namespace {

constexpr double kUncalibratedGain = 0.025;  // MEASUREMENT.md 4: 5 % at k = 2

}  // namespace

Channel power_channel(std::string name, const std::string& device, double resolution_w,
                      std::string method) {
  Channel channel;
  channel.name = std::move(name);
  channel.device = device;
  channel.kind = ChannelKind::windowed_power;
  channel.unit = Unit::watt;
  channel.resolution = resolution_w;
  channel.gain_u = kUncalibratedGain;
  channel.method = std::move(method);
  return channel;
}

Channel energy_channel(const std::string& device, double resolution_j, Provenance provenance,
                       std::string method) {
  Channel channel;
  channel.name = "energy";
  channel.device = device;
  channel.kind = ChannelKind::energy_counter;
  channel.unit = Unit::joule;
  channel.resolution = resolution_j;
  channel.gain_u = kUncalibratedGain;
  channel.provenance = provenance;
  channel.method = std::move(method);
  return channel;
}

Channel clock_channel(std::string name, const std::string& device, std::string method) {
  Channel channel;
  channel.name = std::move(name);
  channel.device = device;
  channel.kind = ChannelKind::gauge;
  channel.unit = Unit::hertz;
  channel.resolution = 1e6;
  channel.method = std::move(method);
  return channel;
}

RunSetup run_setup(const Import& import, std::string_view key, UtcTime start) {
  const std::string_view format = to_string(import.item.format);
  RunSetup setup;
  setup.run.id = Uuid::from_text(
      fmt::format("import {} {} {}", format, key, start.time_since_epoch().count()));
  setup.run.name = import.options.name.empty() ? import.item.name : import.options.name;
  setup.run.start = start;
  setup.run.environment.tags = {{"imported", std::string{format}}};
  setup.part.start = start;
  setup.part.clock = "import " + setup.run.id.text();
  return setup;
}

SpanTable run_span(Interval interval) {
  SpanTable spans;
  Span span;
  span.name = spans.intern(to_string(SpanKind::run));
  span.kind = SpanKind::run;
  span.interval = interval;
  spans.append(span);
  return spans;
}

}  // namespace erg::exchange
