// SPDX-License-Identifier: Apache-2.0
#include "lanes.h"

#include <algorithm>

namespace erg::attribution {
namespace {

// Spans that overlap by more than this share of their time are worth a word: device clocks are
// anchored anew now and then, and so may overlap by microseconds.
constexpr double kOverlapWorthNoting = 1e-4;

std::optional<std::uint16_t> index_of(const Part& part, const std::string& device) {
  const auto& devices = part.header.devices;
  const auto found = std::ranges::find(devices, device, &Device::id);
  if (found == devices.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - devices.begin());
}

Seconds time_of(const Lane& lane) {
  Seconds time{0};
  for (const Segment& each : lane.segments) time += each.end - each.begin;
  return time;
}

}  // namespace

bool LaneFinder::has_own_spans(const MeasuredDevice& device) {
  return std::ranges::any_of(device.parts, [&](const Part* part) {
    const auto index = index_of(*part, device.device.id);
    const auto clocks = part->spans.clocks();
    const auto devices = part->spans.devices();
    for (std::size_t i = 0; index && i < clocks.size(); ++i) {
      if (clocks[i] == SpanClock::device && devices[i] == *index) return true;
    }
    return false;
  });
}

std::vector<SpanFilter> LaneFinder::filters(const Host& host, const MeasuredDevice* device) {
  const SpanKind kind = *span_kind(classes_.by());
  std::vector<SpanFilter> found;
  if (device && is_gpu(*device)) {
    for (const Part* part : device->parts) {
      const auto index = index_of(*part, device->device.id);
      if (!index) continue;
      const SpanFilter own{part, kind, SpanClock::device, *index};
      if (any(own)) found.push_back(own);
    }
    if (!found.empty()) return found;
  }
  const auto add_host_spans = [&](const std::vector<const Part*>& parts) {
    for (const Part* part : parts) {
      const SpanFilter hosts{part, kind, SpanClock::host, kNoDevice};
      if (any(hosts)) found.push_back(hosts);
    }
  };
  if (device && is_gpu(*device)) add_host_spans(device->parts);
  if (found.empty()) add_host_spans(host.parts);
  const bool fine = kind == SpanKind::phase || kind == SpanKind::layer;
  if (device && is_gpu(*device) && fine && !found.empty()) {
    note(device->name + " has no " + std::string{to_string(kind)} +
         " spans of its own: the host's are used, which are right only where the host waits for "
         "the device");
  }
  return found;
}

std::vector<const Lane*> LaneFinder::lanes(const Host& host, const MeasuredDevice* device) {
  if (classes_.by() == Grouping::rank) return ranks(host, device);
  if (!span_kind(classes_.by())) {
    kept_.push_back({{}, whole(host, classes_.by() == Grouping::host ? host.name : "run")});
    return {&kept_.back().lane};
  }
  std::vector<const Lane*> found;
  for (const SpanFilter& filter : filters(host, device)) found.push_back(&lane(filter, host));
  return found;
}

const Lane& LaneFinder::lane(const SpanFilter& filter, const Host& host) {
  for (const Kept& kept : kept_) {
    if (kept.filter == filter) return kept.lane;
  }
  kept_.push_back({filter, cut(filter, host, classes_)});
  Lane& lane = kept_.back().lane;
  if (Seconds{lane.overlap} > kOverlapWorthNoting * time_of(lane)) {
    note(std::string{to_string(filter.kind)} + " spans overlap by " +
         std::to_string(Seconds{lane.overlap}.count()) +
         " s: that time is counted once, for the span that began first");
  }
  if (filter.kind == SpanKind::layer && scale_sampled_layers(filter, host, classes_, lane)) {
    note("layers were timed in some of the steps: their times and energies are scaled to all");
  }
  return lane;
}

// A card is its ranks' own; the host's devices are shared by all that work there.
std::vector<const Lane*> LaneFinder::ranks(const Host& host, const MeasuredDevice* device) {
  const auto& own = device && is_gpu(*device) ? device->parts : host.parts;
  std::vector<const Lane*> found;
  const bool any_work = std::ranges::any_of(own, [](const Part* part) { return does_work(*part); });
  for (const Part* part : own) {
    if (any_work && !does_work(*part)) continue;
    kept_.push_back({{}, whole(host, "rank " + std::to_string(part->header.rank))});
    found.push_back(&kept_.back().lane);
  }
  return found;
}

Lane LaneFinder::whole(const Host& host, std::string name) {
  Lane lane;
  const ClassId all = classes_.named(std::move(name), Pass::none);
  if (!host.extent.empty()) lane.segments.push_back({host.extent.begin, host.extent.end, all});
  lane.counts.assign(all + 1, 0);
  lane.counts[all] = 1;
  return lane;
}

void LaneFinder::note(std::string text) {
  if (!std::ranges::count(notes_, text)) notes_.push_back(std::move(text));
}

}  // namespace erg::attribution
