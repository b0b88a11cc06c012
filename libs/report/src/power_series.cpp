// SPDX-License-Identifier: Apache-2.0
#include "power_series.h"

#include <algorithm>
#include <cmath>

namespace erg {
namespace {

Nanoseconds mean_step(const Timeline& timeline) {
  const auto covered = timeline.covered();
  return covered ? covered->length() / static_cast<long>(timeline.size() - 1) : Nanoseconds::max();
}

// The channel that shows most: the one with the shortest steps.
const Timeline* finest(const Part& part, const std::string& device) {
  const Timeline* best = nullptr;
  for (const auto& timeline : part.timelines) {
    const Channel& channel = timeline.channel();
    if (channel.device != device || channel.kind == ChannelKind::gauge) continue;
    if (timeline.size() < 2) continue;
    if (!best || mean_step(timeline) < mean_step(*best)) best = &timeline;
  }
  return best;
}

PowerSeries series_of(const Timeline& timeline, std::size_t bins) {
  PowerSeries series;
  series.device = timeline.channel().device;
  series.covered = *timeline.covered();
  const Nanoseconds refresh = std::chrono::round<Nanoseconds>(timeline.channel().refresh);
  const Nanoseconds least =
      std::max({2 * mean_step(timeline), refresh, Nanoseconds{std::chrono::milliseconds{1}}});
  const Nanoseconds even = series.covered.length() / static_cast<long>(bins);
  series.bin = std::max(least, even);
  for (Timestamp at = series.covered.begin; at + series.bin <= series.covered.end;
       at += series.bin) {
    const Interval interval{at, at + series.bin};
    const auto energy = timeline.energy(interval);
    series.power.push_back(energy ? std::optional{*energy / Seconds{series.bin}} : std::nullopt);
  }
  return series;
}

bool has_device_phases(const SpanTable& spans) {
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (spans.kinds()[i] == SpanKind::phase && spans.clocks()[i] == SpanClock::device) return true;
  }
  return false;
}

// For each name of the table its place in phase::kInOrder, or -1.
std::vector<std::ptrdiff_t> places_of(const SpanTable& spans) {
  std::vector<std::ptrdiff_t> places;
  for (const auto& name : spans.names()) {
    const auto found = std::ranges::find(phase::kInOrder, name);
    places.push_back(found == std::end(phase::kInOrder) ? -1 : found - phase::kInOrder);
  }
  return places;
}

}  // namespace

std::vector<PowerSeries> power_series(const Part& part, std::size_t bins) {
  std::vector<PowerSeries> all;
  for (const auto& device : part.header.devices) {
    const Timeline* timeline = finest(part, device.id);
    if (!timeline) continue;
    all.push_back(series_of(*timeline, bins));
    all.back().name = device.name.empty() ? device.id : device.name;
  }
  return all;
}

std::vector<std::vector<double>> phase_shares(const Part& part, Interval whole, std::size_t bins) {
  const SpanTable& spans = part.spans;
  const auto clock = has_device_phases(spans) ? SpanClock::device : SpanClock::host;
  const auto places = places_of(spans);
  std::vector<std::vector<double>> shares(bins,
                                          std::vector<double>(std::size(phase::kInOrder), 0.0));
  const double width = static_cast<double>(whole.length().count()) / static_cast<double>(bins);
  bool any = false;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (spans.kinds()[i] != SpanKind::phase || spans.clocks()[i] != clock || spans.open(i))
      continue;
    const auto place = places[spans.name_ids()[i]];
    const Interval inside = intersection(spans.interval(i), whole);
    if (place < 0 || inside.empty()) continue;
    any = true;
    const double begin = static_cast<double>((inside.begin - whole.begin).count()) / width;
    const double end = static_cast<double>((inside.end - whole.begin).count()) / width;
    const auto last = std::min(static_cast<std::size_t>(end), bins - 1);
    for (auto bin = std::min(static_cast<std::size_t>(begin), bins - 1); bin <= last; ++bin) {
      const auto left = static_cast<double>(bin);
      shares[bin][static_cast<std::size_t>(place)] +=
          std::max(0.0, std::min(end, left + 1) - std::max(begin, left));
    }
  }
  if (!any) shares.clear();
  return shares;
}

}  // namespace erg
