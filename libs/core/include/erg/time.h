// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

#include "erg/units.h"

namespace erg {

using Nanoseconds = std::chrono::nanoseconds;
using UtcTime = std::chrono::sys_time<Nanoseconds>;

// The clock of one part of a run: nanoseconds since the part began, on its host's monotonic clock.
//
// It has no now(): a stored run has no clock. While a run happens, HostClock reads it.
struct PartClock {
  using duration = Nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<PartClock, duration>;
  static constexpr bool is_steady = true;
};
using Timestamp = PartClock::time_point;

// Half open: [begin, end).
struct Interval {
  Timestamp begin;
  Timestamp end;

  constexpr Nanoseconds length() const { return end - begin; }
  constexpr bool empty() const { return end <= begin; }
  constexpr bool contains(Timestamp time) const { return begin <= time && time < end; }
  constexpr bool contains(Interval other) const { return begin <= other.begin && other.end <= end; }
  constexpr bool overlaps(Interval other) const { return begin < other.end && other.begin < end; }
  friend constexpr bool operator==(Interval, Interval) = default;
};

// The common part of two intervals; empty (begin == end) where there is none.
constexpr Interval intersection(Interval a, Interval b) {
  const Timestamp begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

template <class Rep, class Period>
constexpr Timestamp timestamp(std::chrono::duration<Rep, Period> since_start) {
  return Timestamp{std::chrono::round<Nanoseconds>(since_start)};
}
constexpr Seconds seconds_since_start(Timestamp time) { return time.time_since_epoch(); }

}  // namespace erg
