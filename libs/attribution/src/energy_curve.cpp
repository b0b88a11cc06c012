// SPDX-License-Identifier: Apache-2.0
#include "energy_curve.h"

#include <algorithm>
#include <cmath>

namespace erg::attribution {
namespace {

constexpr double kAgreement = 0.02;  // MEASUREMENT.md 1: beyond this one of the two is wrong
// A step of the counter of which the power misses more than this is not compared.
constexpr double kMissed = 0.01;

// Readings further apart than this leave a hole, whatever the sampler says.
Seconds longest_step(Seconds spacing, const Channel& channel) {
  return std::max({10 * spacing, 2 * channel.window, Seconds{0.5}});
}

// Takes `hole` out of the last of ascending intervals and what follows.
void take_out(std::vector<Interval>& covered, Interval hole) {
  std::vector<Interval> left;
  for (const Interval& each : covered) {
    if (!each.overlaps(hole)) {
      left.push_back(each);
      continue;
    }
    if (each.begin < hole.begin) left.push_back({each.begin, hole.begin});
    if (hole.end < each.end) left.push_back({hole.end, each.end});
  }
  covered = std::move(left);
}

}  // namespace

EnergyCurve::EnergyCurve(const MeasuredDevice& device, Interval extent)
    : timeline_{*device.spans},
      shift_{std::chrono::round<Nanoseconds>(timeline_.channel().delay +
                                             timeline_.channel().window / 2)},
      spacing_{median_spacing(timeline_)},
      resolution_{time_resolution(timeline_)} {
  if (timeline_.channel().kind == ChannelKind::energy_counter) shift_ = Nanoseconds{0};
  find_covered(extent);
  find_spread(device.device);
}

void EnergyCurve::find_covered(Interval extent) {
  const Interval all = *timeline_.covered();
  const bool counter = channel().kind == ChannelKind::energy_counter;
  const auto hold = std::chrono::round<Nanoseconds>(std::max(resolution_, 3 * spacing_));
  const Nanoseconds holds = counter ? Nanoseconds{0} : hold;
  readable_ = {{all.begin - holds - shift_, all.end + holds - shift_}};
  for (const Gap& gap : timeline_.gaps()) {
    take_out(readable_, {gap.interval.begin - shift_, gap.interval.end - shift_});
  }
  const auto longest = std::chrono::round<Nanoseconds>(longest_step(spacing_, channel()));
  const auto times = timeline_.times();
  for (std::size_t i = 1; i < times.size() && !counter; ++i) {
    if (times[i] - times[i - 1] <= longest) continue;
    take_out(readable_, {times[i - 1] - shift_, times[i] - shift_});
  }
  for (const Interval& each : readable_) {
    const Interval inside = intersection(each, extent);
    if (!inside.empty()) covered_.push_back(inside);
  }
}

void EnergyCurve::find_spread(const Device& device) {
  const Seconds time = covered_time();
  if (time <= Seconds{0}) return;
  mean_ = total() / time;
  double low = mean_.value(), high = mean_.value();
  if (channel().kind == ChannelKind::windowed_power) {
    const auto [least, most] = std::ranges::minmax(timeline_.counts());
    low = static_cast<double>(least) * channel().resolution;
    high = static_cast<double>(most) * channel().resolution;
  }
  // A run that never idled has not shown its idle power: a quarter of the mean stands for it.
  low = std::min(low, mean_.value() / 4);
  high = device.power_limit ? std::max(high, device.power_limit->value()) : 1.2 * high;
  unseen_spread_ = Watts{(high - low) / std::sqrt(12.0)};
}

Seconds EnergyCurve::covered_time() const {
  Seconds time{0};
  for (const Interval& each : covered_) time += each.length();
  return time;
}

Joules EnergyCurve::between(Interval interval) const {
  return timeline_.energy_clamped({interval.begin + shift_, interval.end + shift_});
}

Joules EnergyCurve::total() const {
  Joules sum{0};
  for (const Interval& each : covered_) sum += between(each);
  return sum;
}

Joules EnergyCurve::reading_u(Seconds time) const {
  // Two ends, each somewhere between two updates; noise of independent readings.
  const Watts power = mean_;
  const Joules ends = power * std::max(spacing_, channel().refresh) / std::sqrt(6.0);
  const bool counter = channel().kind == ChannelKind::energy_counter;
  const Joules noise =
      counter ? Joules{channel().noise_u}
              : Watts{channel().noise_u} * Seconds{std::sqrt(time.count() * spacing_.count())};
  const Joules counts{counter ? channel().resolution / std::sqrt(6.0) : 0};
  return Joules{std::hypot(ends.value(), noise.value(), counts.value())};
}

namespace {

// The longest part of `interval` that lies in one of `among`.
Interval longest_common(Interval interval, const std::vector<Interval>& among) {
  Interval longest{interval.begin, interval.begin};
  for (const Interval& each : among) {
    const Interval common = intersection(interval, each);
    if (common.length() > longest.length()) longest = common;
  }
  return longest;
}

}  // namespace

CounterCheck check_counter(const EnergyCurve& power, const Timeline& counter) {
  const auto times = counter.times();
  Joules counted{0}, integrated{0};
  for (std::size_t i = 1; i < times.size(); ++i) {
    // The counter is read just before and just after what is measured, the power begins a little
    // later: what one of them misses at an end may be a hundredth of the step.
    const Interval step{times[i - 1], times[i]};
    const Interval common = longest_common(step, power.readable());
    const auto energy = counter.energy(step);
    if (!energy || Seconds{common.length()} < (1 - kMissed) * Seconds{step.length()}) continue;
    counted += *energy * (Seconds{common.length()} / Seconds{step.length()});
    integrated += power.between(common);
  }
  CounterCheck check;
  if (integrated <= Joules{0}) return check;
  check.disagreement = counted / integrated - 1;
  const Watts mean = power.total() / power.covered_time();
  const Seconds refresh = std::max(counter.channel().refresh, power.resolution());
  const double edges = (mean * refresh / std::sqrt(6.0)) / integrated;
  check.apart = std::abs(*check.disagreement) > kAgreement + 2 * edges;
  // In a short run the counter's ends weigh more than anything it could correct.
  if (check.apart || edges > kAgreement / 2) return check;
  check.used = true;
  check.ratio = 1 + *check.disagreement;
  check.ratio_u = edges;
  return check;
}

}  // namespace erg::attribution
