// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "erg/cap_curve.h"

namespace erg {

// Where to measure when only `count` caps can be: the highest, the lowest, and halvings of the
// range in between (1, 1/2, 1/4, ... 0), each moved to the nearest of `levels` not yet taken.
// Sorted. Levels are watts of caps that the device accepts; all of them when there are few.
std::vector<Watts> probe_caps(std::span<const Watts> levels, std::size_t count);

// That rule in words, for reports.
std::string probe_rule(std::size_t count);

// What is believed of a device before its first probe. The answers hardly depend on it.
struct CapPriors {
  double log_time_scatter = 0.035;               // between runs of one cap
  double unscaled = 0.2, unscaled_width = 0.25;  // Ps, as a share of the highest cap
  double exponent = 0.7, exponent_width = 0.7;   // a
};

// Time and energy at any cap, learnt from a few measured ones.
//
// log time is the mean of two that err differently. One knows the physics: T0 max(1, ((Pf - Ps) /
// (cap - Ps))^a), Pf the power the work would draw unbound, Ps what does not scale with the clock
// (MEASUREMENT.md 5), its three shape parameters integrated out on a grid with broad priors. The
// other knows nothing: a monotone cubic through the measured points. No optimiser, no start value,
// the same answer always; caps count as shares of the highest, so that no device's watts matter.
// Where the two disagree the interval is wide. Power is interpolated from what was measured.
class CapModel {
 public:
  // Throws std::invalid_argument with fewer than two caps, or a time or power that is not positive.
  explicit CapModel(const CapCurve& measured, const CapPriors& priors = {});

  // Provenance modelled; a measured cap comes back as it was measured.
  CapPoint at(Watts cap) const;
  CapCurve at(std::span<const Watts> caps) const;

 private:
  struct Shape {
    double log_time;  // of T0, in seconds
    double exponent;  // a
    double unbound;   // Pf / highest
    double unscaled;  // Ps / highest
    double weight;    // posterior, sums to 1
  };

  // Mean of the logarithm of a time in seconds, and its standard deviation.
  struct LogTime {
    double mean;
    double deviation;
  };

  void weigh_shapes();
  LogTime log_time_at(Watts cap) const;
  Watts power_at(Watts cap) const;

  CapCurve measured_;
  CapPriors priors_;
  double highest_w_ = 0;
  std::vector<Shape> shapes_;
};

}  // namespace erg
