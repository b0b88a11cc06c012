// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "erg/cap_choice.h"
#include "erg/cap_model.h"
#include "erg/distributions.h"
#include "erg/summary.h"

namespace erg {
namespace {

// What the sweeps of one device, or of all, showed.
struct Errors {
  std::vector<double> excess_energy;
  std::vector<double> time;
  std::size_t inside = 0;
};

double mean_or_zero(const std::vector<double>& values) { return values.empty() ? 0 : mean(values); }
double quantile_or_zero(const std::vector<double>& values, double share) {
  return values.empty() ? 0 : quantile(values, share);
}

void judge(const CapCurve& sweep, const std::vector<Watts>& caps, const CapPriors& priors,
           Errors& errors) {
  std::vector<Watts> levels;
  for (const auto& point : sweep.points) levels.push_back(point.cap);
  CapCurve probed = sweep;
  std::erase_if(probed.points, [&](const CapPoint& point) {
    return std::ranges::find(caps, point.cap) == caps.end();
  });
  const CapCurve predicted = CapModel{probed, priors}.at(levels);

  Joules least = sweep.points.front().energy.value;
  Joules chosen = least;
  const auto choice = choose_cap(predicted, {});
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& truth = sweep.points[i];
    const auto& guess = predicted.points[i];
    least = std::min(least, truth.energy.value);
    if (truth.cap == choice->point.cap) chosen = truth.energy.value;
    if (guess.runs != 0) continue;  // it was probed
    errors.time.push_back(std::abs(guess.time.value / truth.time.value - 1));
    const double miss = std::log(truth.time.value / guess.time.value);
    const double u = guess.time.independent_u / guess.time.value;
    if (std::abs(miss) <= normal_quantile(0.975) * u) ++errors.inside;
  }
  errors.excess_energy.push_back(chosen / least - 1);
}

ProbeScore score(const std::string& device, const Errors& errors) {
  ProbeScore score;
  score.device = device;
  score.configurations = errors.excess_energy.size();
  score.excess_energy_mean = mean_or_zero(errors.excess_energy);
  score.excess_energy_worst = quantile_or_zero(errors.excess_energy, 1);
  score.time_error_mean = mean_or_zero(errors.time);
  score.time_error_median = quantile_or_zero(errors.time, 0.5);
  score.time_error_p95 = quantile_or_zero(errors.time, 0.95);
  score.interval_coverage = errors.time.empty() ? 0
                                                : static_cast<double>(errors.inside) /
                                                      static_cast<double>(errors.time.size());
  return score;
}

}  // namespace

std::vector<ProbeScore> score_probes(std::span<const CapCurve> sweeps, std::size_t probes,
                                     const CapPriors& priors, const ProbeRule& rule) {
  std::map<std::string, Errors> by_device;
  Errors all;
  for (const auto& sweep : sweeps) {
    if (sweep.points.size() <= probes) continue;
    std::vector<Watts> levels;
    for (const auto& point : sweep.points) levels.push_back(point.cap);
    const auto caps = rule(levels, probes);
    judge(sweep, caps, priors, by_device[sweep.device]);
    judge(sweep, caps, priors, all);
  }
  std::vector<ProbeScore> scores;
  for (const auto& [device, errors] : by_device) scores.push_back(score(device, errors));
  scores.push_back(score("", all));
  return scores;
}

}  // namespace erg
