// SPDX-License-Identifier: Apache-2.0
#include "erg/timeline.h"

#include <algorithm>
#include <cassert>

namespace erg {

Timeline::Timeline(Channel channel, std::vector<Timestamp> times, std::vector<std::int64_t> counts)
    : channel_{std::move(channel)}, times_{std::move(times)}, counts_{std::move(counts)} {
  assert(times_.size() == counts_.size());
  if (channel_.kind == ChannelKind::gauge || times_.empty()) return;
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  energy_j_.reserve(times_.size());
  energy_j_.push_back(0);
  for (std::size_t i = 1; i < times_.size(); ++i) {
    const double step = counter ? static_cast<double>(counts_[i] - counts_[i - 1])
                                : 0.5 * static_cast<double>(counts_[i] + counts_[i - 1]) *
                                      Seconds{times_[i] - times_[i - 1]}.count();
    energy_j_.push_back(energy_j_.back() + step * channel_.resolution);
  }
}

bool Timeline::append(Sample sample) {
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  if (!times_.empty()) {
    if (sample.time <= times_.back()) return false;
    if (counter && sample.count < counts_.back()) return false;
  }
  if (channel_.kind != ChannelKind::gauge) {
    double energy_j = 0;
    if (!times_.empty()) {
      const double step = counter ? static_cast<double>(sample.count - counts_.back())
                                  : 0.5 * static_cast<double>(sample.count + counts_.back()) *
                                        Seconds{sample.time - times_.back()}.count();
      energy_j = energy_j_.back() + step * channel_.resolution;
    }
    energy_j_.push_back(energy_j);
  }
  times_.push_back(sample.time);
  counts_.push_back(sample.count);
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
  if (channel_.kind != ChannelKind::gauge) energy_j_.reserve(samples);
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
  if (energy_j_.empty()) return Joules{0};
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  const auto held = [&](std::size_t index) {  // the power that holds outside the readings
    return counter ? Watts{0} : Watts{value(index)};
  };
  while (hint < times_.size() && times_[hint] <= time) ++hint;
  while (hint > 0 && times_[hint - 1] > time) --hint;
  if (hint == 0) return held(0) * Seconds{time - times_.front()};
  const std::size_t last = hint - 1;
  const Seconds into = time - times_[last];
  if (hint == times_.size()) return Joules{energy_j_.back()} + held(last) * into;
  const double share = into.count() / Seconds{times_[hint] - times_[last]}.count();
  if (counter) {
    return Joules{energy_j_[last] + share * (energy_j_[hint] - energy_j_[last])};
  }
  const double power_w = value(last) + 0.5 * share * (value(hint) - value(last));
  return Joules{energy_j_[last]} + Watts{power_w} * into;
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
