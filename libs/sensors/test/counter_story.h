// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "erg/counter.h"

namespace erg {

enum class Fault {
  none,
  wrap,          // the counter starts close to its end
  reset,         // suspend, driver reload: it begins again at zero
  failed,        // no value, one to twenty reads in a row
  late,          // nobody read for longer than a wrap takes at the bound
  delayed,       // nobody read for long, but not that long
  repeated,      // read faster than it is renewed
  short_rest,    // the hardware does not renew it for seconds, then catches up
  long_rest,     // nor for longer than it ever may
  out_of_range,  // a value the counter cannot have
  garbage,       // one value that has nothing to do with the counter
  clock_back,    // a reading stamped before the last one
  count
};
inline constexpr std::array kNames{"none",      "wrap",         "reset",    "failed",
                                   "late",      "delayed",      "repeated", "short_rest",
                                   "long_rest", "out_of_range", "garbage",  "clock_back"};

// RAPL on servers and clients, on an older one, and an NVML counter of millijoules without a wrap.
struct Kind {
  std::uint64_t modulus;
  double count_j;
  double bound_w;
  double refresh_s;
  double most_w;
};
inline constexpr std::array<Kind, 3> kKinds{{{262143328851, 1e-6, 1000, 0.001, 700},
                                             {65532610988, 1e-6, 1000, 0.001, 300},
                                             {0, 1e-3, 1500, 0.1, 700}}};
inline constexpr double kStill = 10;

// What the oracle expects of one reading.
struct Expected {
  bool delivered = false;  // a sample comes of it
  std::int64_t total = 0;
  bool gap = false;
  Timestamp gap_begin;
  std::optional<GapReason> reason;
};

struct Reading {
  Timestamp time;
  std::optional<std::uint64_t> raw;
  Expected expected;
};

// Plays one machine: true energy, its counter, and who reads it when.
class Story {
 public:
  Story(Fault fault, std::uint32_t seed) : random_{seed}, fault_{fault} {
    kind_ = kKinds[seed % (needs_wrap() ? 2 : 3)];
    base_ = kind_.modulus ? random_() % kind_.modulus : 1'000'000 + random_() % 1'000'000'000;
    if (fault_ == Fault::wrap) base_ = kind_.modulus - 1 - random_() % 20'000'000;
    // A reset from close to the end, or from close to zero, would look like a wrap or a step.
    if (fault_ == Fault::reset) base_ = kind_.modulus ? kind_.modulus / 2 : 1'000'000'000;
    push(raw(), true, false, {});
  }

  void tell(int readings) {
    for (int i = 0; i < readings; ++i) {
      if (fault_ != Fault::none && i % 40 == 20) {
        strike();
      } else if (random_() % 200 == 0) {
        advance(0.1);
        push(std::nullopt, false, false, {});
      } else {
        plain(fault_ == Fault::repeated ? kind_.refresh_s * 0.2 : uniform(0.05, 0.3));
      }
    }
  }

  CounterRule rule() const {
    return {kind_.modulus, Joules{kind_.count_j}, Watts{kind_.bound_w},
            Seconds{kind_.refresh_s * 2}, Seconds{kStill}};
  }
  const std::vector<Reading>& readings() const { return readings_; }

 private:
  bool needs_wrap() const {
    return fault_ == Fault::wrap || fault_ == Fault::late || fault_ == Fault::delayed ||
           fault_ == Fault::out_of_range || fault_ == Fault::garbage;
  }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random_);
  }
  // Time passes at some power; the counter shows what was true at its last renewal.
  void advance(double seconds) {
    const auto step = static_cast<std::int64_t>(seconds * 1e9);
    power_w_ = uniform(20, kind_.most_w);
    const auto refresh_ns = static_cast<std::int64_t>(kind_.refresh_s * 1e9);
    const std::int64_t renewed = (now_ns_ + step) / refresh_ns * refresh_ns;
    if (renewed > renewed_ns_) {
      const double joules = power_w_ * static_cast<double>(renewed - renewed_ns_) * 1e-9;
      shown_ += static_cast<std::uint64_t>(std::ceil(joules / kind_.count_j));
      renewed_ns_ = renewed;
    }
    now_ns_ += step;
  }
  std::uint64_t raw() const {
    const std::uint64_t value = base_ + (shown_ - since_reset_);
    return kind_.modulus ? value % kind_.modulus : value;
  }
  Timestamp now() const { return Timestamp{Nanoseconds{now_ns_}}; }

  // One reading, with what is to come of it; a good one's total is the truth less what gaps lost.
  void push(std::optional<std::uint64_t> value, bool delivered, bool gap,
            std::optional<GapReason> reason) {
    if (delivered) {
      if (gap && reason != GapReason::unreadable) lost_ += shown_ - shown_at_last_;
      shown_at_last_ = shown_;
    }
    const auto total = static_cast<std::int64_t>(shown_at_last_ - lost_);
    readings_.push_back({now(), value, {delivered, total, gap, last_, reason}});
    if (delivered) last_ = now();
  }
  void plain(double seconds) {
    advance(seconds);
    push(raw(), true, false, {});
  }

  void strike() {
    switch (fault_) {
      case Fault::wrap:  // again: as if a day had passed at the other end of the range
      case Fault::none:
      case Fault::repeated:
      case Fault::count:
        return plain(0.1);
      case Fault::reset:
        advance(0.1);
        base_ = 0;
        since_reset_ = shown_ - random_() % 1000;
        push(raw(), true, true, GapReason::reset);
        // Work on until the next reset is no small step again.
        for (int i = 0; i < 15; ++i) plain(uniform(1, 3));
        return;
      case Fault::failed:
        for (auto i = random_() % 20 + 1; i > 0; --i) {
          advance(uniform(0.05, 0.3));
          push(std::nullopt, false, false, {});
        }
        return plain(0.1);
      case Fault::late:
        return late(wrap_s() * uniform(1.0, 5));
      case Fault::delayed:
        // Even at the bound the next wrap is out of reach of what was really drawn.
        return plain(wrap_s() * uniform(0.1, 0.9));
      case Fault::short_rest:
        return rest(uniform(1, kStill * 0.9));
      case Fault::long_rest:
        return rest(uniform(kStill * 1.2, kStill * 6));
      case Fault::out_of_range:
        advance(0.1);
        push(kind_.modulus + random_() % 1'000'000'000'000, false, false, {});
        return plain(0.1);
      case Fault::garbage:
        return garbage();
      case Fault::clock_back:
        return clock_back();
    }
  }

  // At the bound, the range of the counter takes this long.
  double wrap_s() const {
    return static_cast<double>(kind_.modulus) * kind_.count_j / kind_.bound_w;
  }

  // The hardware stops renewing the counter, then shows all at once.
  void rest(double seconds) {
    plain(0.1);
    const std::uint64_t before = shown_;
    const Timestamp since = changed();
    const std::int64_t end = now_ns_ + static_cast<std::int64_t>(seconds * 1e9);
    bool told = false;
    while (now_ns_ < end) {
      advance(0.5);
      const std::uint64_t true_energy = std::exchange(shown_, before);
      const bool stuck = Seconds{now() - since}.count() > kStill;
      push(raw(), true, stuck, stuck ? std::optional{GapReason::unreadable} : std::nullopt);
      if (stuck && !std::exchange(told, true)) readings_.back().expected.gap_begin = since;
      shown_ = true_energy;
    }
    plain(0.1);
  }
  // When the value of the last good reading was first read.
  Timestamp changed() const {
    Timestamp first = last_;
    std::optional<std::uint64_t> value;
    for (std::size_t i = readings_.size(); i-- > 0;) {
      if (!readings_[i].expected.delivered) continue;
      if (value && readings_[i].raw != value) break;
      value = readings_[i].raw;
      first = readings_[i].time;
    }
    return first;
  }

  // Late is what another number of wraps would explain as well, within the bound.
  void late(double seconds) {
    const Timestamp since = last_;
    advance(seconds);
    const double drawn_j =
        static_cast<double>((shown_ - shown_at_last_) % kind_.modulus) * kind_.count_j;
    const double most_j = kind_.bound_w * (Seconds{now() - since}.count() + 2 * kind_.refresh_s);
    const bool other = drawn_j + static_cast<double>(kind_.modulus) * kind_.count_j <= most_j;
    push(raw(), true, other, other ? std::optional{GapReason::overrun} : std::nullopt);
  }

  void garbage() {
    plain(0.1);
    const std::uint64_t far = 10'000'000'000 + random_() % (kind_.modulus - 20'000'000'000);
    const std::uint64_t value = (raw() + far) % kind_.modulus;
    advance(0.1);
    push(value, true, true, GapReason::reset);
    advance(0.1);
    push(raw(), true, true, GapReason::reset);
  }

  void clock_back() {
    advance(0.1);
    const std::int64_t back =
        std::min<std::int64_t>(now_ns_, 50'000'000 + random_() % 1'000'000'000);
    push(raw(), false, false, {});
    readings_.back().time =
        Timestamp{Nanoseconds{std::min(now_ns_ - back, last_.time_since_epoch().count())}};
    plain(0.1);
  }

  std::mt19937 random_;
  Fault fault_;
  Kind kind_;
  std::int64_t now_ns_ = 0;
  std::int64_t renewed_ns_ = 0;
  double power_w_ = 0;
  std::uint64_t base_ = 0;         // raw value where shown_ was since_reset_
  std::uint64_t since_reset_ = 0;  // shown_ at the last reset
  std::uint64_t shown_ = 0;        // true energy since the beginning, as renewed, in counts
  std::uint64_t shown_at_last_ = 0;
  std::uint64_t lost_ = 0;  // in gaps, as stated
  Timestamp last_;
  std::vector<Reading> readings_;
};

}  // namespace erg
