// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "erg/time.h"

namespace erg {

// Two clocks read at the same moment: `host` is the middle of two reads of the part's clock around
// one read of the other, and the truth lies within +-`error` of it.
struct ClockPair {
  Timestamp host;
  Nanoseconds other;  // since the other clock's own zero
  Nanoseconds error;
};

// Reads a part's clock while the part happens. A value: copies share the zero. Any thread may read.
class HostClock {
 public:
  // Starts a part now. UTC is read once, as a label.
  HostClock();

  // Joins the part that another process of this host began: same zero, comparable timestamps.
  HostClock(Nanoseconds monotonic_zero, UtcTime started);

  Timestamp now() const noexcept { return at(std::chrono::steady_clock::now()); }
  Timestamp at(std::chrono::steady_clock::time_point time) const noexcept {
    return Timestamp{Nanoseconds{time.time_since_epoch()} - zero_};
  }

  // The host's monotonic clock at the part's zero, for a child that joins.
  Nanoseconds monotonic_zero() const { return zero_; }
  UtcTime started() const { return started_; }

  // Names this clock: the boot of the host and the zero. Parts of one name share their time.
  std::string identity() const;

  // Pairs this clock with another; `read_other` returns nanoseconds. The tightest of three tries.
  template <class ReadOther>
  ClockPair pair_with(ReadOther read_other) const;

 private:
  Nanoseconds zero_;
  UtcTime started_;
};

// The wall clock, in nanoseconds since 1970: what drivers stamp their samples with.
Nanoseconds utc_nanoseconds() noexcept;

// Carries times of a foreign clock into the part's, through pairs added as time goes on.
//
// Linear between two pairs, constant offset outside them; so a wall clock that is stepped moves
// only what lies between the two pairs around the step. Not thread safe.
class ClockMap {
 public:
  // Pairs come in the order of their host times; one that does not is dropped.
  void add(ClockPair pair);

  // Empty before the first pair.
  std::optional<Timestamp> to_host(Nanoseconds other) const;

  // Bound of the error of to_host near the newest pair.
  Nanoseconds error() const;

 private:
  std::deque<ClockPair> pairs_;  // the newest few: older samples have been converted already
};

template <class ReadOther>
ClockPair HostClock::pair_with(ReadOther read_other) const {
  ClockPair best{{}, {}, Nanoseconds::max()};
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Timestamp before = now();
    const Nanoseconds other = read_other();
    const Nanoseconds half = (now() - before) / 2;
    if (half < best.error) best = {before + half, other, half};
  }
  return best;
}

}  // namespace erg
