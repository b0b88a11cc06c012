// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_polynomial.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>

namespace erg {
namespace {

double evaluate(std::span<const double> coefficients, double x) {
  double value = 0;
  for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) value = value * x + *c;
  return value;
}

// Fitted against (cap - centre) / width, where the columns are nearly independent, then expanded:
// the powers of watts themselves span eight decades.
std::vector<double> fit(std::span<const double> x, std::span<const double> y, int degree) {
  const auto [low, high] = std::ranges::minmax(x);
  const double centre = (low + high) / 2, width = (high - low) / 2;
  Eigen::MatrixXd powers(x.size(), degree + 1);
  Eigen::VectorXd values(y.size());
  for (Eigen::Index row = 0; row < powers.rows(); ++row) {
    const double scaled = (x[static_cast<std::size_t>(row)] - centre) / width;
    powers(row, 0) = 1;
    for (int i = 1; i <= degree; ++i) powers(row, i) = powers(row, i - 1) * scaled;
    values(row) = y[static_cast<std::size_t>(row)];
  }
  const Eigen::VectorXd scaled = powers.colPivHouseholderQr().solve(values);

  std::vector<double> coefficients(static_cast<std::size_t>(degree) + 1, 0.0);
  std::vector<double> power{1.0};  // ((cap - centre) / width)^i, as a polynomial of the cap
  for (int i = 0; i <= degree; ++i) {
    for (std::size_t j = 0; j < power.size(); ++j) coefficients[j] += scaled(i) * power[j];
    std::vector<double> next(power.size() + 1, 0.0);
    for (std::size_t j = 0; j < power.size(); ++j) {
      next[j] -= power[j] * centre / width;
      next[j + 1] += power[j] / width;
    }
    power = std::move(next);
  }
  return coefficients;
}

double residual(std::span<const double> coefficients, std::span<const double> x,
                std::span<const double> y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double miss = y[i] - evaluate(coefficients, x[i]);
    sum += miss * miss;
  }
  const auto free = std::max<std::size_t>(1, x.size() - std::min(x.size(), coefficients.size()));
  return std::sqrt(sum / static_cast<double>(free));
}

}  // namespace

CapPolynomial::CapPolynomial(std::span<const CapPoint> measurements, int degree) {
  std::vector<double> cap, energy, time;
  for (const auto& point : measurements) {
    cap.push_back(point.cap.value());
    energy.push_back(point.energy.value.value());
    time.push_back(point.time.value.count());
  }
  const auto caps = std::set<double>(cap.begin(), cap.end()).size();
  if (degree < 1 || caps <= static_cast<std::size_t>(degree)) {
    throw std::invalid_argument{"a polynomial of degree " + std::to_string(degree) +
                                " needs more than " + std::to_string(degree) +
                                " different caps; there are " + std::to_string(caps)};
  }
  const auto [low, high] = std::ranges::minmax(cap);
  lowest_ = Watts{low};
  highest_ = Watts{high};
  energy_ = fit(cap, energy, degree);
  time_ = fit(cap, time, degree);
  energy_residual_j_ = residual(energy_, cap, energy);
  time_residual_s_ = residual(time_, cap, time);
}

Joules CapPolynomial::energy(Watts cap) const { return Joules{evaluate(energy_, cap.value())}; }
Seconds CapPolynomial::time(Watts cap) const { return Seconds{evaluate(time_, cap.value())}; }

Watts CapPolynomial::least_energy_cap() const {
  Watts best = lowest_;
  for (double cap = lowest_.value(); cap <= highest_.value() + 1e-9; cap += 0.1) {
    if (energy(Watts{cap}) < energy(best)) best = Watts{cap};
  }
  return best;
}

CapCurve CapPolynomial::at(std::span<const Watts> caps) const {
  CapCurve curve;
  for (const Watts cap : caps) {
    CapPoint point;
    point.cap = cap;
    point.energy = {energy(cap), Joules{energy_residual_j_}, 0, Provenance::modelled};
    point.time = {time(cap), Seconds{time_residual_s_}, 0, Provenance::modelled};
    point.power = point.energy.value / point.time.value;
    point.runs = 0;
    curve.points.push_back(point);
  }
  std::ranges::sort(curve.points, {}, &CapPoint::cap);
  return curve;
}

}  // namespace erg
