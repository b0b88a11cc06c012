// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "erg/cap_curve.h"

namespace erg {

// What a budget of energy buys at one cap.
struct BudgetRow {
  Watts cap;
  EnergyEstimate energy;  // of one unit of work
  TimeEstimate time;
  double units = 0;        // how many units the budget pays for
  double whole_units = 0;  // those of them that can be finished
  Joules spent;            // of the whole ones
  Seconds duration{0};     // of the whole ones
};

// How much work a budget pays for at each cap of the curve, in the curve's order.
std::vector<BudgetRow> spend(const CapCurve& curve, Joules budget);

// The energy of `units` at the highest cap: the study's budget (100 epochs at 95 W).
Joules budget_of_units_at_highest(const CapCurve& curve, double units);

// A budget from what it is counted in. `intensity_g_per_kwh` of the grid.
Joules budget_of_carbon(double grams, double intensity_g_per_kwh);
Joules budget_of_money(double money, double price_per_kwh);

// The reverse: the cap of least energy that does `units` within `deadline`. Empty when not even
// the fastest cap does.
struct DeadlinePlan {
  Watts cap;
  Joules energy;
  Seconds duration;
};
std::optional<DeadlinePlan> meet_deadline(const CapCurve& curve, double units, Seconds deadline);

// One line of the saving table: a cap against the highest of the curve.
struct SavingRow {
  CapPoint point;
  double energy_saving = 0;    // 0.3: 30 % less energy than at the highest cap
  double energy_saving_u = 0;  // standard; the gain cancels, both are of one device
  double slowdown = 0;         // 0.3: 30 % more time
  std::optional<Joules> energy_per_sample;
  std::optional<double> samples_per_joule;
  std::optional<double> samples_per_second;
  std::optional<double> macs_per_second;
};
std::vector<SavingRow> saving_table(const CapCurve& curve);

}  // namespace erg
