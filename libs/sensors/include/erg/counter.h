// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "erg/timeline.h"
#include "erg/units.h"

namespace erg {

// What is known of a hardware energy counter.
struct CounterRule {
  std::uint64_t modulus = 0;  // raw values lie in [0, modulus); 0: it does not wrap
  Joules count{1e-6};         // energy of one count
  Watts bound{0};             // the channel cannot draw more; 0: nothing is impossible
  Seconds refresh{0};         // a value may be this old when it is read
  Seconds still_limit{0};     // standing still for longer is a fault; 0: it may stand still
};

// What one reading of a counter turned out to be.
enum class CounterEvent : std::uint8_t {
  first,     // the zero: what was counted before belongs to nobody
  advanced,  // grew by a possible amount
  wrapped,   // went down, and one wrap explains it within the bound
  repeated,  // the same value: not renewed, or nothing was drawn
  stuck,     // the same value for longer than still_limit: a gap
  reset,     // moved as no possible power can: a gap
  late,      // so much time has passed that one wrap more is possible too: a gap
  refused,   // out of range, or not later than the reading before: ignored
  failed,    // no value: nothing changes, the next reading covers this time as well
};

// What to record of a reading. A sample's count starts at 0 and never goes down; across a gap it
// stays as it was, for nobody knows what was drawn there.
struct CounterStep {
  CounterEvent event = CounterEvent::failed;
  std::optional<Sample> sample;
  std::optional<Gap> gap;
};

// Turns the raw values of a counter that wraps, resets, fails and stands still into exact energy.
//
// An energy e since the last reading is possible when e <= bound * (time since the value last
// changed + refresh). The least of the energies that explain a value is taken if it is possible and
// the next, a wrap more, is not. What no reading can tell is lost: a reset that looks like a
// possible step. Not thread safe.
class ExactCounter {
 public:
  explicit ExactCounter(CounterRule rule) : rule_{rule} {}

  CounterStep read(Timestamp time, std::uint64_t raw);
  CounterStep miss();

  const CounterRule& rule() const { return rule_; }
  std::int64_t total() const { return total_; }
  std::uint64_t seen(CounterEvent event) const { return seen_[static_cast<std::size_t>(event)]; }

 private:
  CounterStep judge(Timestamp time, std::uint64_t raw);
  bool possible(std::uint64_t counts, Seconds since) const;

  CounterRule rule_;
  std::int64_t total_ = 0;
  std::optional<std::uint64_t> raw_;  // of the last good reading
  Timestamp read_at_;                 // of the last good reading
  Timestamp changed_at_;              // of the first reading that saw raw_
  std::array<std::uint64_t, 9> seen_{};
};

}  // namespace erg
