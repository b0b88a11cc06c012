// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "erg/provenance.h"
#include "erg/units.h"

namespace erg {

// A value and how sure it is (MEASUREMENT.md 4).
//
// Two parts of uncertainty are kept apart, both standard (k = 1): the independent one, and the one
// common to everything measured on the same device (its gain), which cancels in comparisons there.
template <class Value>
struct Estimate {
  Value value{};
  Value independent_u{};  // standard uncertainty, same unit as the value
  double common_u = 0;    // relative standard uncertainty, shared by the device
  Provenance provenance = Provenance::measured;

  // Both parts together, as an absolute standard uncertainty.
  Value total_u() const { return Value{std::hypot(in_si(independent_u), common_u * in_si(value))}; }

  friend bool operator==(const Estimate&, const Estimate&) = default;
};

using EnergyEstimate = Estimate<Joules>;
using TimeEstimate = Estimate<Seconds>;

// A sum over one device: the common part stays common, the independent parts add in quadrature.
// Over devices, which share nothing, the common parts are weighted by value in quadrature instead:
// see add_devices().
template <class Value>
Estimate<Value> add_same_device(const Estimate<Value>& a, const Estimate<Value>& b) {
  const Value sum = a.value + b.value;
  const double common =
      std::abs(in_si(a.value)) * a.common_u + std::abs(in_si(b.value)) * b.common_u;
  return {sum, Value{std::hypot(in_si(a.independent_u), in_si(b.independent_u))},
          in_si(sum) == 0 ? 0 : common / std::abs(in_si(sum)), weakest(a.provenance, b.provenance)};
}

template <class Value>
Estimate<Value> add_devices(const Estimate<Value>& a, const Estimate<Value>& b) {
  auto sum = add_same_device(a, b);
  const double common = std::hypot(in_si(a.value) * a.common_u, in_si(b.value) * b.common_u);
  sum.common_u = in_si(sum.value) == 0 ? 0 : common / std::abs(in_si(sum.value));
  return sum;
}

}  // namespace erg
