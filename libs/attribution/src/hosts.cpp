// SPDX-License-Identifier: Apache-2.0
#include "hosts.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace erg::attribution {
namespace {

bool has_energy(const Timeline& timeline) {
  return timeline.channel().kind != ChannelKind::gauge && timeline.covered().has_value();
}

// Surest first, then what resolves the shortest time; a counter last among equals.
bool better_for_spans(const Timeline& a, const Timeline& b) {
  const auto rank = [](const Timeline& timeline) {
    return std::tuple{timeline.channel().provenance, time_resolution(timeline).count(),
                      timeline.channel().kind == ChannelKind::energy_counter};
  };
  return rank(a) < rank(b);
}

void choose_channels(MeasuredDevice& device) {
  for (const Part* part : device.parts) {
    for (const Timeline& timeline : part->timelines) {
      if (timeline.channel().device != device.device.id || !has_energy(timeline)) continue;
      if (!device.spans || better_for_spans(timeline, *device.spans)) device.spans = &timeline;
      if (timeline.channel().kind != ChannelKind::energy_counter) continue;
      const bool surer =
          !device.counter || timeline.channel().provenance < device.counter->channel().provenance;
      if (surer) device.counter = &timeline;
    }
  }
  // A modelled counter must not correct measured power.
  if (device.counter && device.counter->channel().provenance > device.spans->channel().provenance) {
    device.counter = nullptr;
  }
}

MeasuredDevice& device_of(Host& host, const Device& device) {
  for (auto& known : host.devices) {
    if (known.device.id == device.id) return known;
  }
  host.devices.push_back({device, device.id, nullptr, nullptr, {}});
  return host.devices.back();
}

void gather_devices(Host& host) {
  for (const Part* part : host.parts) {
    for (const Device& device : part->header.devices) {
      device_of(host, device).parts.push_back(part);
    }
    for (const Timeline& timeline : part->timelines) {  // of a device that the header forgot
      if (timeline.channel().kind == ChannelKind::gauge) continue;
      Device unlisted;
      unlisted.id = timeline.channel().device;
      auto& device = device_of(host, unlisted);
      if (!std::ranges::count(device.parts, part)) device.parts.push_back(part);
    }
  }
  for (auto& device : host.devices) choose_channels(device);
  std::ranges::stable_sort(host.devices, {}, [](const MeasuredDevice& d) { return !is_gpu(d); });
}

// The last moment anything is known of: where an interrupted run ended.
Timestamp last_moment(const Host& host) {
  Timestamp last{};
  for (const Part* part : host.parts) {
    for (const auto& timeline : part->timelines) {
      if (!timeline.empty()) last = std::max(last, timeline.times().back());
    }
    for (SpanIndex i = 0; i < part->spans.size(); ++i) {
      if (!part->spans.open(i)) last = std::max(last, part->spans.ends()[i]);
    }
  }
  return last;
}

void join(std::optional<Interval>& all, std::optional<Interval> more) {
  if (!more) return;
  all = all ? Interval{std::min(all->begin, more->begin), std::max(all->end, more->end)} : more;
}

std::optional<Interval> run_span(const Part& part, Timestamp open_end) {
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    if (part.spans.kinds()[i] != SpanKind::run) continue;
    const Interval span = part.spans.interval(i);
    return Interval{span.begin, part.spans.open(i) ? std::max(span.begin, open_end) : span.end};
  }
  return std::nullopt;
}

Interval extent_of(const Host& host) {
  std::optional<Interval> all;
  for (const Part* part : host.parts) join(all, run_span(*part, host.open_end));
  if (!all) {
    for (const Part* part : host.parts) join(all, extent(*part));
  }
  return all.value_or(Interval{});
}

void name_apart(std::vector<Host>& hosts) {
  std::map<std::string, int> seen;
  for (const auto& host : hosts) {
    for (const auto& device : host.devices) ++seen[device.device.id];
  }
  for (auto& host : hosts) {
    for (auto& device : host.devices) {
      if (seen[device.device.id] > 1) device.name = host.name + "/" + device.device.id;
    }
  }
}

}  // namespace

bool is_gpu(const MeasuredDevice& device) { return device.device.kind == DeviceKind::gpu; }

bool holds_others(const Host& host, const MeasuredDevice& device) {
  if (device.device.kind != DeviceKind::board) return false;
  return std::ranges::any_of(host.devices, [](const MeasuredDevice& other) {
    return other.spans && other.device.kind != DeviceKind::board;
  });
}

Seconds median_spacing(const Timeline& timeline) {
  const auto times = timeline.times();
  if (times.size() < 2) return Seconds{0};
  const std::size_t stride = std::max<std::size_t>(1, times.size() / 1024);
  std::vector<Nanoseconds> spacings;
  for (std::size_t i = 1; i < times.size(); i += stride) {
    spacings.push_back(times[i] - times[i - 1]);
  }
  const auto middle = spacings.begin() + static_cast<std::ptrdiff_t>(spacings.size() / 2);
  std::ranges::nth_element(spacings, middle);
  return *middle;
}

Seconds time_resolution(const Timeline& timeline) {
  const Channel& channel = timeline.channel();
  return std::max({channel.window, channel.refresh, median_spacing(timeline)});
}

std::vector<Host> hosts_of(const Run& run) {
  std::vector<Host> hosts;
  std::map<std::string, std::size_t> by_clock;
  for (std::size_t i = 0; i < run.parts.size(); ++i) {
    const Part& part = run.parts[i];
    const std::string clock =
        part.header.clock.empty() ? "part " + std::to_string(i) : part.header.clock;
    const auto [place, added] = by_clock.try_emplace(clock, hosts.size());
    if (added) hosts.push_back({part.header.host, {}, {}, {}, {}});
    hosts[place->second].parts.push_back(&part);
  }
  for (auto& host : hosts) {
    gather_devices(host);
    host.open_end = last_moment(host);
    host.extent = extent_of(host);
  }
  name_apart(hosts);
  return hosts;
}

}  // namespace erg::attribution
