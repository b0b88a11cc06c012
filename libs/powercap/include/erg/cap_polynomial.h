// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "erg/cap_curve.h"

namespace erg {

// Energy and time against the cap as polynomials, by least squares: the study's model (degree 4).
//
// Smooth and blind: it knows no physics, and nothing outside the caps it was fitted on.
class CapPolynomial {
 public:
  // One point a measurement; several at one cap are welcome. Throws std::invalid_argument with
  // no more different caps than `degree`.
  CapPolynomial(std::span<const CapPoint> measurements, int degree = 4);

  Joules energy(Watts cap) const;
  Seconds time(Watts cap) const;

  // In joules by watts to the power of the index: sum of c[i] * cap^i.
  std::span<const double> energy_coefficients() const { return energy_; }
  std::span<const double> time_coefficients() const { return time_; }

  // The cap of least energy within the fitted range, to a tenth of a watt.
  Watts least_energy_cap() const;
  CapCurve at(std::span<const Watts> caps) const;

 private:
  std::vector<double> energy_;
  std::vector<double> time_;
  Watts lowest_;
  Watts highest_;
  double energy_residual_j_ = 0;
  double time_residual_s_ = 0;
};

}  // namespace erg
