// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_budget.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace erg {
namespace {

// A budget made of units pays for these units, whatever a division rounds to.
constexpr double kRounding = 1e-9;

void require_positive(double value, const char* what) {
  if (!(value > 0) || !std::isfinite(value)) {
    throw std::invalid_argument{std::string{what} + " must be a positive number"};
  }
}

}  // namespace

std::vector<BudgetRow> spend(const CapCurve& curve, Joules budget) {
  require_positive(in_si(budget), "the budget");
  std::vector<BudgetRow> rows;
  for (const auto& point : curve.points) {
    const double units = budget / point.energy.value;
    const double whole = std::floor(units + kRounding);
    rows.push_back({point.cap, point.energy, point.time, units, whole, whole * point.energy.value,
                    whole * point.time.value});
  }
  return rows;
}

Joules budget_of_units_at_highest(const CapCurve& curve, double units) {
  require_positive(units, "the number of units");
  if (curve.points.empty()) throw std::invalid_argument{"the cap curve has no point"};
  return units * curve.points.back().energy.value;
}

Joules budget_of_carbon(double grams, double intensity_g_per_kwh) {
  require_positive(grams, "the mass of CO2e");
  require_positive(intensity_g_per_kwh, "the carbon intensity");
  return kilowatt_hours(grams / intensity_g_per_kwh);
}

Joules budget_of_money(double money, double price_per_kwh) {
  require_positive(money, "the sum of money");
  require_positive(price_per_kwh, "the price");
  return kilowatt_hours(money / price_per_kwh);
}

std::optional<DeadlinePlan> meet_deadline(const CapCurve& curve, double units, Seconds deadline) {
  require_positive(units, "the number of units");
  std::optional<DeadlinePlan> best;
  for (const auto& point : curve.points) {
    const DeadlinePlan plan{point.cap, units * point.energy.value, units * point.time.value};
    if (plan.duration <= deadline && (!best || plan.energy <= best->energy)) best = plan;
  }
  return best;
}

std::vector<SavingRow> saving_table(const CapCurve& curve) {
  std::vector<SavingRow> rows;
  if (curve.points.empty()) return rows;
  const CapPoint& highest = curve.points.back();
  for (const auto& point : curve.points) {
    SavingRow row;
    row.point = point;
    const double ratio = point.energy.value / highest.energy.value;
    row.energy_saving = 1 - ratio;
    if (&point != &highest) {
      row.energy_saving_u =
          std::abs(ratio) * std::hypot(point.energy.independent_u / point.energy.value,
                                       highest.energy.independent_u / highest.energy.value);
    }
    row.slowdown = point.time.value / highest.time.value - 1;
    if (curve.samples_per_unit > 0) {
      row.energy_per_sample = point.energy.value / curve.samples_per_unit;
      row.samples_per_joule = curve.samples_per_unit / in_si(point.energy.value);
      row.samples_per_second = curve.samples_per_unit / in_si(point.time.value);
    }
    if (curve.macs_per_unit > 0)
      row.macs_per_second = curve.macs_per_unit / in_si(point.time.value);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace erg
