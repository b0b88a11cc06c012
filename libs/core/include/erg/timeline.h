// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "erg/channel.h"
#include "erg/time.h"

namespace erg {

// One reading, exactly as it came: an integer in the channel's resolution.
struct Sample {
  Timestamp time;
  std::int64_t count = 0;

  friend bool operator==(const Sample&, const Sample&) = default;
};

// Why a stretch of time has no readings. Do not change the values: they are stored.
enum class GapReason : std::uint8_t { reset = 0, unreadable = 1, overrun = 2, device_lost = 3 };

std::string_view to_string(GapReason reason);

// A stretch of time whose energy nobody knows.
struct Gap {
  Interval interval;
  GapReason reason = GapReason::unreadable;

  friend bool operator==(const Gap&, const Gap&) = default;
};

// The readings of one channel in time order, and the energy between any two moments.
//
// Counters are interpolated linearly; windowed power is integrated by trapezoids between its
// readings; a gauge has no energy. Appending invalidates spans; reading is thread safe.
class Timeline {
 public:
  explicit Timeline(Channel channel) : channel_{std::move(channel)} {}
  // All readings at once, which is several times faster. Precondition: as many times as counts, and
  // append() would refuse none of them.
  Timeline(Channel channel, std::vector<Timestamp> times, std::vector<std::int64_t> counts);

  // A sample that is not later than the last one, or a counter that went down, is refused: false.
  bool append(Sample sample);
  void append(Gap gap);
  void reserve(std::size_t samples);

  const Channel& channel() const { return channel_; }
  std::size_t size() const { return times_.size(); }
  bool empty() const { return times_.empty(); }
  std::span<const Timestamp> times() const { return times_; }
  std::span<const std::int64_t> counts() const { return counts_; }
  std::span<const Gap> gaps() const { return gaps_; }
  Sample sample(std::size_t index) const { return {times_[index], counts_[index]}; }

  // In the channel's unit.
  double value(std::size_t index) const {
    return static_cast<double>(counts_[index]) * channel_.resolution;
  }

  // From the first reading to the last. Empty with fewer than two readings.
  std::optional<Interval> covered() const;

  // Energy in the interval. Empty for a gauge, outside covered(), or across a gap: nothing is
  // extrapolated.
  std::optional<Joules> energy(Interval interval) const;

  // The study's reference integral (THESIS.md 3): outside the readings the first or last power
  // holds (a counter stands still). Ignores gaps. Zero without readings.
  Joules energy_clamped(Interval interval) const;

  // Energy from the first reading up to `time`, clamped as above. `hint` makes a sweep in time
  // order linear: it holds the index found last and may start at 0.
  Joules energy_until(Timestamp time, std::size_t& hint) const;

  // Linear between readings, in the channel's unit; empty outside covered().
  std::optional<double> value_at(Timestamp time) const;

 private:
  bool crosses_gap(Interval interval) const;

  Channel channel_;
  std::vector<Timestamp> times_;
  std::vector<std::int64_t> counts_;
  std::vector<double> energy_j_;  // of a power, up to every 16th reading
  std::vector<Gap> gaps_;
};

}  // namespace erg
