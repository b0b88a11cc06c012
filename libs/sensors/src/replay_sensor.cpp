// SPDX-License-Identifier: Apache-2.0
#include "erg/replay_sensor.h"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace erg {

struct ReplaySensor::Track {
  Timeline recorded;
  std::int64_t zero = 0;  // a counter's first count
  std::size_t next = 0;
  std::size_t next_gap = 0;
};

ReplaySensor::ReplaySensor(std::vector<Timeline> recording, double speed, Nanoseconds period,
                           std::optional<Timestamp> begin)
    : speed_{speed}, period_{period}, recorded_begin_{Timestamp::max()}, began_{begin} {
  assert(speed > 0);
  for (Timeline& each : recording) {
    channels_.push_back(each.channel());
    if (!each.empty()) recorded_begin_ = std::min(recorded_begin_, each.times().front());
    const bool counter = each.channel().kind == ChannelKind::energy_counter;
    const std::int64_t zero = counter && !each.empty() ? each.counts().front() : 0;
    tracks_.push_back({std::move(each), zero, 0, 0});
  }
}

ReplaySensor::~ReplaySensor() = default;

void ReplaySensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  const Timestamp now = clock.now();
  if (!began_) began_ = now;
  const auto when = [&](Timestamp recorded) {
    const Nanoseconds since = recorded - recorded_begin_;
    return *began_ +
           (speed_ == 1 ? since : std::chrono::round<Nanoseconds>(Seconds{since} / speed_));
  };
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    Track& track = tracks_[i];
    for (; track.next < track.recorded.size(); ++track.next) {
      const Sample sample = track.recorded.sample(track.next);
      if (when(sample.time) > now) break;
      slots[i].samples.push_back({when(sample.time), sample.count - track.zero});
    }
    const auto gaps = track.recorded.gaps();
    if (track.next_gap < gaps.size() && when(gaps[track.next_gap].interval.end) <= now) {
      const Gap& gap =
          gaps[track.next_gap++];  // a slot has room for one; the next read for another
      slots[i].gap = Gap{{when(gap.interval.begin), when(gap.interval.end)}, gap.reason};
    }
    if (slots[i].samples.empty()) slots[i].absence = Absence::nothing_new;
  }
}

bool ReplaySensor::finished() const noexcept {
  return std::ranges::all_of(tracks_, [](const Track& each) {
    return each.next == each.recorded.size() && each.next_gap == each.recorded.gaps().size();
  });
}

}  // namespace erg
