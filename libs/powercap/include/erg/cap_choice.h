// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/cap_model.h"

namespace erg {

// What is to be least when a cap is chosen.
struct CapObjective {
  enum class Kind { energy, zeus_cost, money };

  Kind kind = Kind::energy;
  double max_slowdown = -1;   // relative to the fastest point; 0.05: 5 %; below 0: no limit
  double eta = 0.5;           // zeus_cost: eta * energy + (1 - eta) * highest power * time
  Watts highest_power{0};     // zeus_cost; 0: the highest cap, or what was drawn under that clock
  double price_per_kwh = 0;   // money: of energy
  double price_per_hour = 0;  // money: of the machine
};

// A chosen cap beside the highest one.
struct CapChoice {
  CapPoint point;
  CapPoint highest;
  double cost = 0;  // of the objective: joules or money
  // How likely another cap is in truth better, when the intervals of the curve are taken at their
  // word: the largest such probability over the other caps.
  double doubt = 0;
};

// The value that an objective gives a point of `curve`. Lower is better.
double cost(const CapObjective& objective, const CapPoint& point, const CapPoint& highest);

// The best point of a curve. Empty when the curve is, or when no point is within the slowdown (the
// fastest always is). Among equals the higher cap: it is faster.
std::optional<CapChoice> choose_cap(const CapCurve& curve, const CapObjective& objective);

// Points that no other point beats in both energy and time, by rising time.
std::vector<CapPoint> pareto_front(const CapCurve& curve);

// How well a choice from a few probes does on full sweeps.
struct ProbeScore {
  std::string device;
  std::size_t configurations = 0;
  double excess_energy_mean = 0;  // of the chosen cap over the best of the sweep, relative
  double excess_energy_worst = 0;
  double time_error_mean = 0;  // |predicted / measured - 1| at the caps not probed
  double time_error_median = 0;
  double time_error_p95 = 0;
  double interval_coverage = 0;  // share of those times inside their 95 % interval
};

// Which of a sweep's caps are probed, where it is to be so many.
using ProbeRule = std::function<std::vector<Watts>(std::span<const Watts>, std::size_t)>;

// Fits each sweep from `probes` of its caps alone, and judges by the rest. One score a device, by
// name, and the last one over all, with an empty device. Sweeps of fewer than probes + 1 caps are
// left out.
std::vector<ProbeScore> score_probes(std::span<const CapCurve> sweeps, std::size_t probes,
                                     const CapPriors& priors = {},
                                     const ProbeRule& rule = probe_caps);

}  // namespace erg
