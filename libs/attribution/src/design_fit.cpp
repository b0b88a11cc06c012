// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "erg/design_plan.h"
#include "erg/design_solve.h"
#include "erg/distributions.h"
#include "erg/least_squares.h"
#include "erg/summary.h"

namespace erg {
namespace {

// The card needs this long to settle after a change, beside what the sensor needs.
constexpr Seconds kSettle{0.09};
// A design's own scatter counts as much as the common one from this many blocks on.
constexpr double kCommonScatter = 20;

// Weights learnt from the residuals that they weigh make intervals this much too narrow: measured
// on simulated profiles (docs/accuracy.md).
constexpr double kLearntWeights = 1.13;

struct Observation {
  std::size_t design = 0;
  double when_s = 0;
  double log_energy = 0;
  double time_s = 0;
  bool launch_bound = false;
  std::optional<double> temperature_c;
};

struct Observations {
  std::vector<DesignEnergy> designs;
  std::vector<Observation> all;
  std::size_t left_out = 0;
};

Observations observe(std::span<const Block> blocks, const Timeline& power) {
  Observations found;
  std::map<std::pair<std::string, std::int32_t>, std::size_t> places;
  for (const Block& block : blocks) {
    const auto design = step_design_from(block.design, block.repetitions);
    const auto energy = design ? energy_per_step(block, power) : std::nullopt;
    if (!energy || *energy <= Joules{0}) {
      ++found.left_out;
      continue;
    }
    const auto [place, added] =
        places.try_emplace({block.design, block.repetitions}, found.designs.size());
    if (added) {
      found.designs.emplace_back();
      found.designs.back().design = *design;
    }
    ++found.designs[place->second].blocks;
    Observation each;
    each.design = place->second;
    each.when_s =
        0.5 * (seconds_since_start(block.interval.begin) + seconds_since_start(block.interval.end))
                  .count();
    each.log_energy = std::log(energy->value());
    each.time_s = block.device_time.count() / static_cast<double>(block.steps);
    each.launch_bound = block.host_time > 0.9 * block.device_time;
    each.temperature_c = block.temperature_c;
    found.all.push_back(each);
  }
  return found;
}

// Columns: one for each design, then powers of time whose mean over the blocks is 0.
Matrix columns(const Observations& blocks, std::size_t degree) {
  const std::size_t n = blocks.designs.size();
  Matrix a{blocks.all.size(), n + degree};
  const auto [first, last] = std::ranges::minmax(blocks.all, {}, &Observation::when_s);
  const double half = std::max(0.5 * (last.when_s - first.when_s), 1e-9);
  const double middle = 0.5 * (last.when_s + first.when_s);
  for (std::size_t i = 0; i < blocks.all.size(); ++i) {
    const double x = (blocks.all[i].when_s - middle) / half;
    a(i, blocks.all[i].design) = 1;
    for (std::size_t power = 0; power < degree; ++power) {
      a(i, n + power) = std::pow(x, static_cast<double>(power + 1));
    }
  }
  for (std::size_t power = 0; power < degree; ++power) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rows; ++i) sum += a(i, n + power);
    for (std::size_t i = 0; i < a.rows; ++i) {
      a(i, n + power) -= sum / static_cast<double>(a.rows);
    }
  }
  return a;
}

// Variance of a block of one design: its own, shrunk to that of all where the two are alike. A
// design whose steps beat with the sensor's refresh scatters far more than the others, and must
// not borrow their precision.
double variance_of(const std::vector<double>& residuals, double common) {
  const double n = static_cast<double>(residuals.size());
  const double typical = n >= 5 ? std::pow(robust_deviation(residuals), 2) : common;
  double own = 0;
  for (const double each : residuals) {  // an outlier must not make its whole design light
    own += std::min(each * each, 9 * std::max(common, typical)) / n;
  }
  const bool alike = own < 3 * common;
  const double shrink = alike ? kCommonScatter : 1;
  return (shrink * common + n * own) / (shrink + n);
}

std::vector<double> weights_of(const Observations& blocks, const LinearFit& fit) {
  const double common = std::pow(robust_deviation(fit.residuals), 2);
  const double spent = std::max(0.2, fit.freedom / static_cast<double>(blocks.all.size()));
  std::vector<std::vector<double>> residuals(blocks.designs.size());
  for (std::size_t i = 0; i < blocks.all.size(); ++i) {
    residuals[blocks.all[i].design].push_back(fit.residuals[i] / std::sqrt(spent));
  }
  std::vector<double> weights;
  for (const Observation& each : blocks.all) {
    const double variance = variance_of(residuals[each.design], common);
    weights.push_back(variance > 0 ? common / variance : 1);
  }
  return weights;
}

// Most blocks of a profile that has hardly more blocks than designs fit whatever they say: a median
// of their residuals tells nothing, and weights from them less.
LinearFit fit_of(const Observations& blocks, const Matrix& a, const std::vector<double>& y) {
  if (blocks.all.size() < 2 * a.columns) return least_squares(a, y);
  LinearFit fit = robust_least_squares(a, y);
  for (int round = 0; round < 3; ++round) {
    fit = robust_least_squares(a, y, weights_of(blocks, fit));
  }
  return fit;
}

void set_times(const Observations& blocks, DesignFit& fit) {
  std::vector<std::vector<double>> times(fit.designs.size());
  std::vector<std::size_t> bound(fit.designs.size());
  for (const Observation& each : blocks.all) {
    times[each.design].push_back(each.time_s);
    bound[each.design] += each.launch_bound ? 1 : 0;
  }
  for (std::size_t i = 0; i < fit.designs.size(); ++i) {
    DesignEnergy& design = fit.designs[i];
    design.time = Seconds{median(times[i])};
    const double n = static_cast<double>(times[i].size());
    design.time_u = Seconds{1.25 * robust_deviation(times[i]) / std::sqrt(n)};
    design.launch_bound = 2 * bound[i] > times[i].size();
  }
}

void set_temperatures(const Observations& blocks, DesignFit& fit) {
  std::vector<double> temperatures;
  for (const Observation& each : blocks.all) {
    if (each.temperature_c) temperatures.push_back(*each.temperature_c);
  }
  if (temperatures.empty()) return;
  const auto [least, most] = std::ranges::minmax(temperatures);
  fit.temperature_c = mean(temperatures);
  fit.temperature_range_c = most - least;
}

double drift_of(const Observations& blocks, const Matrix& a, const LinearFit& fit) {
  const auto [first, last] = std::ranges::minmax_element(blocks.all, {}, &Observation::when_s);
  double drift = 0;
  for (std::size_t j = blocks.designs.size(); j < a.columns; ++j) {
    const auto row = [&](auto place) {
      return static_cast<std::size_t>(place - blocks.all.begin());
    };
    drift += fit.coefficients[j] * (a(row(last), j) - a(row(first), j));
  }
  return std::expm1(drift);
}

}  // namespace

std::optional<Joules> energy_per_step(const Block& block, const Timeline& power) {
  const Channel& channel = power.channel();
  const auto blind = std::chrono::round<Nanoseconds>(
      std::max(Seconds{0.12}, kSettle + channel.window + channel.delay));
  Interval inside{block.interval.begin + blind, block.interval.end};
  if (inside.empty() || block.steps <= 0 || block.device_time <= Seconds{0}) return std::nullopt;
  // Whole steps only: a part of one would count its own phase too often.
  const double step_s = Seconds{block.interval.length()}.count() / static_cast<double>(block.steps);
  const double whole = std::floor(Seconds{inside.length()}.count() / step_s);
  if (whole >= 1) {
    inside.begin = inside.end - std::chrono::round<Nanoseconds>(Seconds{whole * step_s});
  }
  const auto times = power.times();
  const auto read =
      std::ranges::upper_bound(times, inside.end) - std::ranges::lower_bound(times, inside.begin);
  if (read < 3) return std::nullopt;
  const auto energy = power.energy(inside);
  if (!energy) return std::nullopt;
  const Watts mean_power = *energy / Seconds{inside.length()};
  return mean_power * block.device_time / static_cast<double>(block.steps);
}

double DesignFit::variance_j2(std::span<const double> weights) const {
  const std::size_t n = designs.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      sum += weights[i] * weights[j] * covariance_j2[i * n + j];
    }
  }
  return std::max(0.0, sum);
}

DesignFit fit_designs(std::span<const Block> blocks, const Timeline& power) {
  const Observations observed = observe(blocks, power);
  const std::size_t n = observed.designs.size();
  if (observed.all.size() < n + 2 || n == 0) {
    throw AttributionError{"only " + std::to_string(observed.all.size()) + " of " +
                           std::to_string(blocks.size()) + " blocks can be used for " +
                           std::to_string(n) + " designs: give the profile more time"};
  }
  const std::size_t degree = std::min<std::size_t>(3, (observed.all.size() - n) / 4);
  const Matrix a = columns(observed, degree);
  std::vector<double> y;
  for (const Observation& each : observed.all) y.push_back(each.log_energy);
  DesignFit result;
  try {
    const LinearFit fit = fit_of(observed, a, y);
    result.designs = observed.designs;
    // Standard uncertainties whose 1.96-fold is a 95 % interval, few blocks or many.
    const double widen =
        kLearntWeights * student_quantile(0.975, fit.freedom) / normal_quantile(0.975);
    result.covariance_j2.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      result.designs[i].energy = Joules{std::exp(fit.coefficients[i])};
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        result.covariance_j2[i * n + j] = widen * widen * fit.covariance(i, j) *
                                          result.designs[i].energy.value() *
                                          result.designs[j].energy.value();
      }
    }
    result.residual = fit.residual_deviation;
    result.drift = drift_of(observed, a, fit);
  } catch (const FitError& error) {
    throw AttributionError{std::string{"the blocks do not determine the designs: "} + error.what()};
  }
  result.blocks = observed.all.size();
  result.left_out = observed.left_out;
  set_times(observed, result);
  set_temperatures(observed, result);
  return result;
}

}  // namespace erg
