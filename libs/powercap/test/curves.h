// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <initializer_list>

#include "erg/cap_curve.h"

namespace erg::testing {

inline CapPoint cap_point(double cap_w, double energy_j, double time_s, double u = 0) {
  CapPoint point;
  point.cap = Watts{cap_w};
  point.energy = {Joules{energy_j}, Joules{u * energy_j}, 0.025, Provenance::measured};
  point.time = {Seconds{time_s}, Seconds{0}, 0, Provenance::measured};
  point.power = point.energy.value / point.time.value;
  return point;
}

inline CapCurve cap_curve(std::initializer_list<CapPoint> points) {
  CapCurve curve;
  curve.device = "fake";
  curve.points = points;
  return curve;
}

// A device whose clock follows the cap as MEASUREMENT.md 5 has it: unbound at `free_w`.
inline CapPoint physical_point(double cap_w, double free_w = 260, double static_w = 60,
                               double exponent = 0.6, double time0_s = 10) {
  const double slow = std::pow((free_w - static_w) / (cap_w - static_w), exponent);
  const double time_s = time0_s * std::max(1.0, slow);
  return cap_point(cap_w, std::min(cap_w, free_w) * time_s, time_s);
}

}  // namespace erg::testing
