// SPDX-License-Identifier: Apache-2.0
#include "erg/timeline.h"

#include <algorithm>
#include <cassert>

namespace erg {
namespace {

// A sum for each reading would be half as much memory again, for little time.
constexpr std::size_t kSumOf = 16;

// Of two readings: by trapezoids for a power; a counter tells it itself.
double joules_between(const Timeline& timeline, std::size_t first, std::size_t last) {
  const auto counts = timeline.counts();
  const double resolution = timeline.channel().resolution;
  if (timeline.channel().kind == ChannelKind::energy_counter) {
    return static_cast<double>(counts[last] - counts[first]) * resolution;
  }
  const auto times = timeline.times();
  double sum = 0;  // of twice the power times nanoseconds
  for (std::size_t i = first + 1; i <= last; ++i) {
    sum += static_cast<double>(counts[i] + counts[i - 1]) *
           static_cast<double>((times[i] - times[i - 1]).count());
  }
  return sum * (0.5e-9 * resolution);
}

// From the first reading to this one.
double joules_until(const Timeline& timeline, std::span<const double> sums, std::size_t index) {
  if (timeline.channel().kind == ChannelKind::energy_counter) {
    return joules_between(timeline, 0, index);
  }
  const std::size_t block = index / kSumOf;
  return sums[block] + joules_between(timeline, block * kSumOf, index);
}

void complete_sums(const Timeline& timeline, std::vector<double>& sums) {
  if (timeline.channel().kind != ChannelKind::windowed_power) return;
  if (sums.empty() && !timeline.empty()) sums.push_back(0);
  for (std::size_t i = sums.size() * kSumOf; i < timeline.size(); i += kSumOf) {
    sums.push_back(sums.back() + joules_between(timeline, i - kSumOf, i));
  }
}

}  // namespace

Timeline::Timeline(Channel channel, std::vector<Timestamp> times, std::vector<std::int64_t> counts)
    : channel_{std::move(channel)}, times_{std::move(times)}, counts_{std::move(counts)} {
  assert(times_.size() == counts_.size());
  complete_sums(*this, energy_j_);
}

bool Timeline::append(Sample sample) {
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  if (!times_.empty()) {
    if (sample.time <= times_.back()) return false;
    if (counter && sample.count < counts_.back()) return false;
  }
  times_.push_back(sample.time);
  counts_.push_back(sample.count);
  complete_sums(*this, energy_j_);
  return true;
}

void Timeline::append(Gap gap) {
  const auto later = std::ranges::upper_bound(gaps_, gap.interval.begin, {},
                                              [](const Gap& each) { return each.interval.begin; });
  gaps_.insert(later, gap);
}

void Timeline::reserve(std::size_t samples) {
  times_.reserve(samples);
  counts_.reserve(samples);
  if (channel_.kind == ChannelKind::windowed_power) energy_j_.reserve(samples / kSumOf + 1);
}

std::optional<Interval> Timeline::covered() const {
  if (times_.size() < 2) return std::nullopt;
  return Interval{times_.front(), times_.back()};
}

bool Timeline::crosses_gap(Interval interval) const {
  return std::ranges::any_of(gaps_,
                             [&](const Gap& gap) { return gap.interval.overlaps(interval); });
}

std::optional<Joules> Timeline::energy(Interval interval) const {
  const auto span = covered();
  if (!span || channel_.kind == ChannelKind::gauge) return std::nullopt;
  if (interval.begin < span->begin || interval.end > span->end) return std::nullopt;
  if (crosses_gap(interval)) return std::nullopt;
  return energy_clamped(interval);
}

Joules Timeline::energy_clamped(Interval interval) const {
  if (interval.empty()) return Joules{0};
  std::size_t hint =
      static_cast<std::size_t>(std::ranges::upper_bound(times_, interval.begin) - times_.begin());
  const Joules before = energy_until(interval.begin, hint);
  // A span is often much shorter than the timeline: look near its begin first.
  if (hint + 64 < times_.size() && times_[hint + 64] < interval.end) {
    hint =
        static_cast<std::size_t>(std::ranges::upper_bound(times_, interval.end) - times_.begin());
  }
  return energy_until(interval.end, hint) - before;
}

Joules Timeline::energy_until(Timestamp time, std::size_t& hint) const {
  if (times_.empty() || channel_.kind == ChannelKind::gauge) return Joules{0};
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  const auto held = [&](std::size_t index) {  // the power that holds outside the readings
    return counter ? Watts{0} : Watts{value(index)};
  };
  while (hint < times_.size() && times_[hint] <= time) ++hint;
  while (hint > 0 && times_[hint - 1] > time) --hint;
  if (hint == 0) return held(0) * Seconds{time - times_.front()};
  const std::size_t last = hint - 1;
  const Seconds into = time - times_[last];
  if (hint == times_.size())
    return Joules{joules_until(*this, energy_j_, last)} + held(last) * into;
  const double share = into.count() / Seconds{times_[hint] - times_[last]}.count();
  if (counter) {
    return Joules{joules_until(*this, energy_j_, last) + share * joules_between(*this, last, hint)};
  }
  const double power_w = value(last) + 0.5 * share * (value(hint) - value(last));
  return Joules{joules_until(*this, energy_j_, last)} + Watts{power_w} * into;
}

std::optional<double> Timeline::value_at(Timestamp time) const {
  if (times_.empty() || time < times_.front() || time > times_.back()) return std::nullopt;
  const auto after =
      static_cast<std::size_t>(std::ranges::upper_bound(times_, time) - times_.begin());
  if (after == times_.size()) return value(after - 1);
  const double share =
      Seconds{time - times_[after - 1]} / Seconds{times_[after] - times_[after - 1]};
  return value(after - 1) + share * (value(after) - value(after - 1));
}

}  // namespace erg
