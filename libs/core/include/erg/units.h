// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>

namespace erg {

// A number with a dimension, held in the SI unit its alias is named after.
template <class Dimension>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(double value) : value_{value} {}

  constexpr double value() const { return value_; }

  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity{a.value_ + b.value_};
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity{a.value_ - b.value_};
  }
  friend constexpr Quantity operator-(Quantity a) { return Quantity{-a.value_}; }
  friend constexpr Quantity operator*(double k, Quantity q) { return Quantity{k * q.value_}; }
  friend constexpr Quantity operator*(Quantity q, double k) { return Quantity{k * q.value_}; }
  friend constexpr Quantity operator/(Quantity q, double k) { return Quantity{q.value_ / k}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0;
};

using Joules = Quantity<struct EnergyDimension>;
using Watts = Quantity<struct PowerDimension>;
using Seconds = std::chrono::duration<double>;

constexpr Joules operator*(Watts power, Seconds time) {
  return Joules{power.value() * time.count()};
}
constexpr Joules operator*(Seconds time, Watts power) { return power * time; }
constexpr Watts operator/(Joules energy, Seconds time) {
  return Watts{energy.value() / time.count()};
}
constexpr Seconds operator/(Joules energy, Watts power) {
  return Seconds{energy.value() / power.value()};
}

constexpr Joules microjoules(double n) { return Joules{n * 1e-6}; }
constexpr Joules millijoules(double n) { return Joules{n * 1e-3}; }
constexpr Joules watt_hours(double n) { return Joules{n * 3600}; }
constexpr Joules kilowatt_hours(double n) { return Joules{n * 3.6e6}; }
constexpr Watts milliwatts(double n) { return Watts{n * 1e-3}; }

// The plain number behind a quantity or a time: for the database column and the plotting edge.
template <class Dimension>
constexpr double in_si(Quantity<Dimension> quantity) {
  return quantity.value();
}
constexpr double in_si(Seconds time) { return time.count(); }

}  // namespace erg
