// SPDX-License-Identifier: Apache-2.0
#include "divide.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "words.h"

namespace erg::attribution {
namespace {

// The share of a span's own power that a sensor of this resolution cannot see: of a rectangle seen
// through a boxcar, what falls outside it, or that of its surroundings which falls inside.
double unseen(double length_s, double resolution_s) {
  if (length_s <= 0) return 0;
  const double windows = resolution_s / length_s;
  return windows <= 2 ? windows / 4 : 1 - 1 / windows;
}

// Sweeps segments in time order over the stretches for which the energy is known.
class Sweep {
 public:
  Sweep(const EnergyCurve& curve, double weight, std::vector<Share>& shares)
      : curve_{curve},
        weight_{weight},
        resolution_s_{curve.resolution().count()},
        shares_{shares} {}

  void add(const Segment& segment) {
    rest(segment.begin);
    const auto& covered = curve_.covered();
    while (next_ < covered.size() && covered[next_].end <= segment.begin) ++next_;
    Share& share = shares_[segment.span_class];
    share.span_s += weight_ * Seconds{segment.end - segment.begin}.count();
    for (std::size_t i = next_; i < covered.size() && covered[i].begin < segment.end; ++i) {
      const Interval piece = intersection(covered[i], {segment.begin, segment.end});
      const double length_s = Seconds{piece.length()}.count();
      share.energy_j += weight_ * energy_j(piece);
      share.time_s += weight_ * length_s;
      share.unseen_s += weight_ * length_s * unseen(length_s, resolution_s_);
    }
    last_ = segment.end;
  }

  // Time up to `until` that lies in no segment.
  void rest(Timestamp until) {
    if (until <= last_) return;
    const double length_s = Seconds{until - last_}.count();
    rest_unseen_s_ += weight_ * length_s * unseen(length_s, resolution_s_);
  }

  void begin_at(Timestamp begin) { last_ = begin; }
  double rest_unseen_s() const { return rest_unseen_s_; }

 private:
  double energy_j(Interval piece) {
    // Spans mostly begin where the one before ended.
    const Joules before = piece.begin == at_ ? until_at_ : curve_.until(piece.begin, hint_);
    at_ = piece.end;
    until_at_ = curve_.until(piece.end, hint_);
    return (until_at_ - before).value();
  }

  const EnergyCurve& curve_;
  double weight_;
  double resolution_s_;
  std::vector<Share>& shares_;
  std::size_t next_ = 0;
  std::size_t hint_ = 0;
  Timestamp last_{};
  Timestamp at_ = Timestamp::min();
  Joules until_at_{0};
  double rest_unseen_s_ = 0;
};

std::size_t classes_in(const std::vector<const Lane*>& lanes) {
  std::size_t size = 0;
  for (const Lane* lane : lanes) size = std::max(size, lane->counts.size());
  return size;
}

void add_times(const Lane& lane, double weight, std::vector<Share>& shares) {
  for (const Segment& each : lane.segments) {
    const double length_s = weight * Seconds{each.end - each.begin}.count();
    shares[each.span_class].time_s += length_s;
    shares[each.span_class].span_s += length_s;
  }
}

// Adds the shares of one lane, scaled to all steps where it timed some.
void add_lane(const Lane& lane, const std::vector<Share>& of_lane, std::vector<Share>& shares) {
  for (std::size_t id = 0; id < of_lane.size(); ++id) {
    const double scale = id < lane.scale.size() ? lane.scale[id] : 1;
    Share& sum = shares[id];
    sum.energy_j += scale * of_lane[id].energy_j;
    sum.time_s += scale * of_lane[id].time_s;
    sum.span_s += scale * of_lane[id].span_s;
    sum.unseen_s += scale * of_lane[id].unseen_s;
    if (id < lane.scale_u.size()) sum.scale_u = std::max(sum.scale_u, lane.scale_u[id]);
    if (id < lane.counts.size()) {
      sum.count +=
          static_cast<std::uint64_t>(std::llround(scale * static_cast<double>(lane.counts[id])));
    }
  }
}

// Energy of the stretches that the power does not cover but the counter does.
Joules counted_outside(const EnergyCurve& power, const Timeline& counter, Interval extent) {
  Joules sum{0};
  Timestamp at = extent.begin;
  const auto add = [&](Timestamp until) {
    const Interval known = intersection({at, until}, *counter.covered());
    if (!known.empty()) sum += counter.energy(known).value_or(Joules{0});
  };
  for (const Interval& each : power.covered()) {
    add(each.begin);
    at = each.end;
  }
  add(extent.end);
  return sum;
}

// The total of a device and how its channels agree.
void total_up(const Host& host, const EnergyCurve& curve, Division& division,
              std::vector<std::string>& notes) {
  const MeasuredDevice& device = *division.device;
  const Joules integrated = curve.total();
  Joules total = integrated;
  Seconds unknown = Seconds{host.extent.length()} - curve.covered_time();
  double ratio_u = 0;
  if (device.counter && device.counter != device.spans) {
    const CounterCheck check = check_counter(curve, *device.counter);
    if (check.used || !check.disagreement) {
      const Joules outside = counted_outside(curve, *device.counter, host.extent);
      if (outside > Joules{0}) unknown = Seconds{0};
      total = check.ratio * integrated + outside;
      ratio_u = check.ratio_u;
      division.closure = 1 / check.ratio - 1;
      for (Share& share : division.shares) share.energy_j *= check.ratio;
    } else if (check.apart) {
      notes.push_back(device.name + ": the energy counter is " + percent(*check.disagreement) +
                      " from the integrated power, which is used");
    }
  }
  if (unknown > std::max(Seconds{0.1}, 0.01 * Seconds{host.extent.length()})) {
    notes.push_back(device.name + ": no readings for " + seconds(unknown) +
                    " of the run; the energy of that time is not known");
    division.known_s -= unknown.count();
  }
  division.total_j = total.value();
  const double ends = total > Joules{0} ? curve.reading_u(curve.covered_time()) / total : 0;
  division.ratio_u = ratio_u > 0 ? ratio_u : ends;
  division.total_u_j = division.ratio_u * division.total_j;
}

}  // namespace

Division divide(const Host& host, const MeasuredDevice* device,
                const std::vector<const Lane*>& lanes, std::vector<std::string>& notes) {
  Division division;
  division.device = device;
  division.extent = host.extent;
  division.known_s = Seconds{host.extent.length()}.count();
  division.shares.resize(classes_in(lanes));
  const double weight = lanes.empty() ? 1 : 1.0 / static_cast<double>(lanes.size());
  std::optional<EnergyCurve> curve;
  if (device && device->spans) curve.emplace(*device, host.extent);
  division.measured = curve && !curve->covered().empty();
  for (const Lane* lane : lanes) {
    std::vector<Share> of_lane(division.shares.size());
    if (division.measured) {
      Sweep sweep{*curve, weight, of_lane};
      sweep.begin_at(host.extent.begin);
      for (const Segment& each : lane->segments) sweep.add(each);
      sweep.rest(host.extent.end);
      division.rest_unseen_s += sweep.rest_unseen_s();
    } else {
      add_times(*lane, weight, of_lane);
    }
    add_lane(*lane, of_lane, division.shares);
  }
  if (!division.measured) return division;
  total_up(host, *curve, division, notes);
  division.spread_w = curve->unseen_spread().value();
  division.gain_u = curve->channel().gain_u;
  division.provenance = curve->channel().provenance;
  return division;
}

}  // namespace erg::attribution
