// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_choice.h"

#include <algorithm>
#include <cmath>

#include "erg/distributions.h"

namespace erg {
namespace {

// The standard uncertainty of a point's cost; gains cancel between points of one device.
double cost_u(const CapObjective& objective, const CapPoint& point, const CapPoint& highest) {
  CapPoint shifted = point;
  shifted.energy.value += point.energy.independent_u;
  const double by_energy = cost(objective, shifted, highest) - cost(objective, point, highest);
  shifted = point;
  shifted.time.value += point.time.independent_u;
  const double by_time = cost(objective, shifted, highest) - cost(objective, point, highest);
  return std::hypot(by_energy, by_time);
}

double probability_below_zero(double mean, double deviation) {
  if (deviation <= 0) return mean < 0 ? 1 : 0;
  return normal_cdf(-mean / deviation);
}

}  // namespace

double cost(const CapObjective& objective, const CapPoint& point, const CapPoint& highest) {
  const double energy_j = in_si(point.energy.value), time_s = in_si(point.time.value);
  const bool given = objective.highest_power > Watts{0};
  const double highest_w = in_si(given ? objective.highest_power : highest.cap);
  switch (objective.kind) {
    case CapObjective::Kind::energy:
      return energy_j;
    case CapObjective::Kind::zeus_cost:
      return objective.eta * energy_j + (1 - objective.eta) * highest_w * time_s;
    case CapObjective::Kind::money:
      return energy_j / in_si(kilowatt_hours(1)) * objective.price_per_kwh +
             time_s / 3600 * objective.price_per_hour;
  }
  return energy_j;
}

std::optional<CapChoice> choose_cap(const CapCurve& curve, const CapObjective& wanted) {
  if (curve.points.empty()) return std::nullopt;
  const CapPoint& highest = curve.points.back();
  CapObjective objective = wanted;
  if (curve.kind == CapKind::clock && !(objective.highest_power > Watts{0})) {
    objective.highest_power = highest.power;
  }
  const auto time = [](const CapPoint& point) { return point.time.value; };
  const Seconds fastest = std::ranges::min(curve.points, {}, time).time.value;
  const auto allowed = [&](const CapPoint& point) {
    return objective.max_slowdown < 0 || point.time.value <= (1 + objective.max_slowdown) * fastest;
  };

  const CapPoint* best = nullptr;
  for (const auto& point : curve.points) {
    if (!allowed(point)) continue;
    if (!best || cost(objective, point, highest) <= cost(objective, *best, highest)) best = &point;
  }
  CapChoice choice{*best, highest, cost(objective, *best, highest), 0};
  const double best_u = cost_u(objective, *best, highest);
  for (const auto& point : curve.points) {
    if (&point == best || !allowed(point)) continue;
    const double excess = cost(objective, point, highest) - choice.cost;
    const double u = std::hypot(cost_u(objective, point, highest), best_u);
    choice.doubt = std::max(choice.doubt, probability_below_zero(excess, u));
  }
  return choice;
}

std::vector<CapPoint> pareto_front(const CapCurve& curve) {
  auto points = curve.points;
  std::ranges::stable_sort(points, [](const CapPoint& a, const CapPoint& b) {
    return a.time.value != b.time.value ? a.time.value < b.time.value
                                        : a.energy.value < b.energy.value;
  });
  std::vector<CapPoint> front;
  for (const auto& point : points) {
    if (front.empty() || point.energy.value < front.back().energy.value) front.push_back(point);
  }
  return front;
}

}  // namespace erg
