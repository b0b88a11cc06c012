// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hosts.h"

namespace erg::attribution {

// The energy of one device up to any moment of a run, and the time for which it is known.
//
// A reading stands for the window that ended `delay` before its stamp, so the curve is read later
// by delay + window / 2. The first and last power hold for as long as one reading stands for, never
// longer; a counter does not hold at all.
class EnergyCurve {
 public:
  // Precondition: device.spans is not null.
  EnergyCurve(const MeasuredDevice& device, Interval extent);

  const Channel& channel() const { return timeline_.channel(); }
  // Ascending, disjoint, inside the extent.
  const std::vector<Interval>& covered() const { return covered_; }
  // The same beyond the extent, as far as the readings go.
  const std::vector<Interval>& readable() const { return readable_; }
  Seconds covered_time() const;

  // From the first reading on. `hint` as in Timeline::energy_until.
  Joules until(Timestamp time, std::size_t& hint) const {
    return timeline_.energy_until(time + shift_, hint);
  }
  Joules between(Interval interval) const;
  Joules total() const;  // of all that is covered

  // What the readings cannot tell apart.
  Seconds resolution() const { return resolution_; }
  // Standard deviation of the power of spans too short to be seen: even between idle and full.
  Watts unseen_spread() const { return unseen_spread_; }
  // Standard uncertainty of the energy between two moments from noise and the ends.
  Joules reading_u(Seconds time) const;

 private:
  void find_covered(Interval extent);
  void find_spread(const Device& device);

  const Timeline& timeline_;
  Nanoseconds shift_;
  Seconds spacing_;
  Seconds resolution_;
  std::vector<Interval> readable_;
  std::vector<Interval> covered_;
  Watts mean_{0};
  Watts unseen_spread_{0};
};

// How a counter and integrated power of one device go together.
struct CounterCheck {
  double ratio = 1;                    // the counter's energy over the power's, where both cover
  std::optional<double> disagreement;  // ratio - 1; empty: nothing to compare
  bool used = false;                   // the power is scaled to the counter
  bool apart = false;                  // beyond what the counter's ends explain
  double ratio_u = 0;                  // relative standard uncertainty of the ratio used
};

// The counter corrects the power where it agrees within 2 %, and is told apart where it does not.
CounterCheck check_counter(const EnergyCurve& power, const Timeline& counter);

}  // namespace erg::attribution
