// SPDX-License-Identifier: Apache-2.0
#include "trained_step.h"

#include <algorithm>
#include <map>

namespace erg::attribution {
namespace {

// The steps of one epoch, on one clock.
struct Steps {
  std::vector<Interval> all;
  std::vector<Interval> data;
};

bool on_clock(const SpanTable& spans, SpanIndex row, SpanClock clock) {
  return spans.clocks()[row] == clock && !spans.open(row);
}

bool has_steps(const Part& part, SpanClock clock) {
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    if (part.spans.kinds()[i] == SpanKind::step && on_clock(part.spans, i, clock)) return true;
  }
  return false;
}

// By parent, which is the epoch.
std::map<SpanIndex, Steps> steps_of(const Part& part) {
  const SpanTable& spans = part.spans;
  const SpanClock clock = has_steps(part, SpanClock::device) ? SpanClock::device : SpanClock::host;
  std::map<SpanIndex, Steps> epochs;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (!on_clock(spans, i, clock)) continue;
    const SpanIndex parent = spans.parents()[i];
    if (spans.kinds()[i] == SpanKind::step) {
      epochs[parent].all.push_back(spans.interval(i));
    } else if (spans.kinds()[i] == SpanKind::phase && parent != kNoSpan &&
               spans.kinds()[parent] == SpanKind::step &&
               spans.name(spans.name_ids()[i]) == phase::kData) {
      epochs[spans.parents()[parent]].data.push_back(spans.interval(i));
    }
  }
  return epochs;
}

// What the counter says of the same time, relative to the channel.
double counter_ratio(const MeasuredDevice& device) {
  if (!device.counter || device.counter == device.spans) return 1;
  const auto all = device.counter->covered();
  const auto seen = device.spans->covered();
  if (!all || !seen) return 1;
  const Interval common = intersection(*all, *seen);
  const auto counted = device.counter->energy(common), integrated = device.spans->energy(common);
  if (!counted || !integrated || *integrated <= Joules{0} || *counted <= Joules{0}) return 1;
  return *counted / *integrated;
}

}  // namespace

std::optional<TrainedStep> trained_step(const std::vector<const Part*>& parts,
                                        const MeasuredDevice& device) {
  TrainedStep sum;
  Seconds waited{0};
  for (const Part* part : parts) {
    for (auto& [epoch, steps] : steps_of(*part)) {
      if (steps.all.size() < 20) continue;
      const std::size_t first = steps.all.size() / 10;
      const Interval interval{steps.all[first].begin, steps.all.back().end};
      const auto energy = device.spans->energy(interval);
      if (!energy) continue;
      sum.energy += *energy;
      sum.time += Seconds{interval.length()};
      sum.steps += steps.all.size() - first;
      for (const Interval& data : steps.data) {
        waited += Seconds{intersection(data, interval).length()};
      }
    }
  }
  if (sum.steps == 0) return std::nullopt;
  sum.waiting = waited / sum.time;
  sum.energy = sum.energy * (counter_ratio(device) / static_cast<double>(sum.steps));
  sum.time = sum.time / static_cast<double>(sum.steps);
  return sum;
}

}  // namespace erg::attribution
