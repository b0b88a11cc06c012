// SPDX-License-Identifier: Apache-2.0
// Layers against the whole that they are of, and rows as the caller gets them.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "classes.h"
#include "design_rows.h"
#include "words.h"

namespace erg::attribution {
namespace {

// A launch-bound repetition counts the host's time: it gives way before the others do.
constexpr double kLaunchBoundGives = 10;
// A closure beyond this, and beyond its own uncertainty, is worth a warning.
constexpr double kClosureWarning = 0.05;

// How many of a row's layers stand at or before a place in the network's order.
std::size_t members_until(const LinearRow& row, const std::vector<std::string>& order,
                          std::ptrdiff_t place) {
  return static_cast<std::size_t>(
      std::ranges::count_if(members_of(row.name), [&](const std::string& member) {
        return std::ranges::find(order, member) - order.begin() <= place;
      }));
}

}  // namespace

void DesignRows::close(const std::vector<LinearRow>& rows, Pass pass,
                       const std::vector<double>& target, std::vector<double>& moved_j,
                       Breakdown& result) const {
  std::vector<double> gap(fit_.designs.size(), 0), give(rows.size(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].pass != pass) continue;
    for (std::size_t j = 0; j < gap.size(); ++j) gap[j] += rows[i].weights[j];
    // What all have too much of, each has in proportion; what scatter made, by its scatter.
    give[i] = std::max(0.0, energy_j(rows[i].weights)) + std::sqrt(variance_j2(rows[i].weights));
  }
  for (std::size_t j = 0; j < gap.size(); ++j) gap[j] -= target[j];
  const double residual_j = energy_j(gap);
  double gives = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // What is launch-bound counts too much, never too little.
    if (rows[i].launch_bound && residual_j > 0) give[i] *= kLaunchBoundGives;
    gives += give[i];
  }
  if (gives <= 0) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (give[i] > 0) moved_j[i] = -residual_j * give[i] / gives;
  }
  const double whole = energy_j(target);
  const double closure = residual_j / whole;
  result.notes.push_back("closure " + std::string{to_string(pass)} + " " + percent(closure) +
                         " (the layers against the whole, before they were made to add up)");
  if (std::abs(closure) > kClosureWarning &&
      std::abs(residual_j) > 2 * std::sqrt(variance_j2(gap))) {
    result.notes.push_back("the layers' " + std::string{to_string(pass)} +
                           " does not close: repetitions that are launch-bound or cached count too "
                           "much; its rows are as uncertain as that");
  }
}

// What scatter made is given back by scatter: almost all to forward and backward.
void DesignRows::close_step(const std::vector<LinearRow>& rows, std::vector<double>& moved_j,
                            Breakdown& result) const {
  std::vector<double> gap = largest();
  const double step_j = energy_j(gap);
  for (double& each : gap) each = -each;
  double gives = 0;
  for (const LinearRow& row : rows) {
    for (std::size_t j = 0; j < gap.size(); ++j) gap[j] += row.weights[j];
    gives += variance_j2(row.weights);
  }
  const double residual_j = energy_j(gap);
  if (gives <= 0) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    moved_j[i] = -residual_j * variance_j2(rows[i].weights) / gives;
  }
  result.closure = residual_j / step_j;
  result.notes.push_back("closure step " + percent(*result.closure) +
                         " (its phases against the whole, before they were made to add up)");
  if (std::abs(*result.closure) > kClosureWarning) {
    result.notes.push_back(
        "the phases do not close: the card, or what else ran beside, was not the same throughout; "
        "its rows are as uncertain as that");
  }
}

// Another method's word on the layers: the forward cut short holds those before the cut.
void DesignRows::check_prefixes(const std::vector<LinearRow>& rows,
                                const std::vector<std::string>& order, Breakdown& result) const {
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    const std::string& until = fit_.designs[i].design.until;
    const auto place = std::ranges::find(order, until);
    if (until.empty() || place == order.end()) continue;
    std::vector<double> gap(fit_.designs.size(), 0);
    gap[i] = -1;
    bool torn = false;
    for (const LinearRow& row : rows) {
      if (row.pass != Pass::forward) continue;
      const std::size_t before = members_until(row, order, place - order.begin());
      torn = torn || (before > 0 && before < members_of(row.name).size());
      for (std::size_t j = 0; before > 0 && j < gap.size(); ++j) gap[j] += row.weights[j];
    }
    if (torn) continue;
    const double whole_j = fit_.designs[i].energy.value();
    result.notes.push_back("forward to " + until + ": its layers against it " +
                           percent(energy_j(gap) / whole_j) + " +- " +
                           percent(1.96 * std::sqrt(variance_j2(gap)) / whole_j).substr(1));
  }
}

void DesignRows::layers(const AttributionOptions& options, Breakdown& result) const {
  auto measured = layer_rows(options);
  if (options.by == Grouping::layer) check_prefixes(measured, options.layer_order, result);
  const auto rows = grouped(std::move(measured), options.layer_order);
  if (rows.empty()) {
    throw AttributionError{"the run's blocks repeat no layer: profile it with --profile layers"};
  }
  std::vector<double> moved_j(rows.size(), 0);
  const std::size_t n = fit_.designs.size();
  const std::size_t forward = find(false, false, false), backward = find(true, false, false);
  std::vector<double> target(n, 0);
  std::vector<double> told(n, 0);  // what all rows are together
  const auto add_to_told = [&](const std::vector<double>& weights) {
    for (std::size_t j = 0; j < n; ++j) told[j] += weights[j];
  };
  const auto pass_is_target = [&](Pass pass) {
    if (std::ranges::find(rows, pass, &LinearRow::pass) == rows.end()) return;
    close(rows, pass, target, moved_j, result);
    add_to_told(target);
  };
  const bool closes_forward = forward < n, closes_backward = forward < n && backward < n;
  if (closes_forward) {
    target[forward] = 1;
    pass_is_target(Pass::forward);
  }
  if (closes_backward) {
    target[forward] = -1;
    target[backward] = 1;
    pass_is_target(Pass::backward);
  }
  for (const LinearRow& row : rows) {
    if (row.pass == Pass::forward ? !closes_forward : !closes_backward) add_to_told(row.weights);
  }
  double moved = 0, sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    moved -= moved_j[i];
    sum += energy_j(rows[i].weights) + moved_j[i];
  }
  if (forward < n && sum != 0) result.closure = moved / sum;
  finish(rows, moved_j, told, result);
}

double DesignRows::energy_j(const std::vector<double>& weights) const {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i] * fit_.designs[i].energy.value();
  }
  return sum;
}

double DesignRows::covariance_j2(const LinearRow& a, const LinearRow& b) const {
  const std::size_t n = fit_.designs.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (a.weights[i] == 0) continue;
    for (std::size_t j = 0; j < n; ++j) {
      sum += a.weights[i] * b.weights[j] * fit_.covariance_j2[i * n + j];
    }
  }
  return sum;
}

BreakdownRow DesignRows::row_of(const LinearRow& row) const {
  BreakdownRow result;
  result.name = row.name;
  result.pass = row.pass;
  result.device = device_;
  result.count = row.members;
  result.method = row.launch_bound ? "designs, launch-bound" : "designs";
  result.energy =
      EnergyEstimate{Joules{energy_j(row.weights)}, Joules{std::sqrt(variance_j2(row.weights))},
                     channel_.gain_u, weakest(Provenance::attributed, channel_.provenance)};
  double time_s = 0, time_s2 = 0;
  for (std::size_t i = 0; i < row.weights.size(); ++i) {
    time_s += row.weights[i] * fit_.designs[i].time.count();
    time_s2 += std::pow(row.weights[i] * fit_.designs[i].time_u.count(), 2);
  }
  result.time =
      TimeEstimate{Seconds{time_s}, Seconds{std::sqrt(time_s2)}, 0, Provenance::attributed};
  return result;
}

void DesignRows::finish(const std::vector<LinearRow>& rows, const std::vector<double>& moved_j,
                        const std::vector<double>& told, Breakdown& result) const {
  const std::size_t n = rows.size();
  result.covariance_j2.assign(n * n, 0);
  LinearRow total{"total", Pass::none, largest(), false, 1};
  LinearRow rest{"unattributed", Pass::none, total.weights, false, 0};
  for (std::size_t j = 0; j < rest.weights.size(); ++j) rest.weights[j] -= told[j];
  for (std::size_t i = 0; i < n; ++i) {
    BreakdownRow row = row_of(rows[i]);
    row.kind = std::string{to_string(result.by)};
    row.energy->value += Joules{moved_j[i]};
    row.energy->independent_u = Joules{std::hypot(row.energy->independent_u.value(), moved_j[i])};
    for (std::size_t j = 0; j < n; ++j) {
      // One residual moved all rows of a pass.
      const bool together = rows[i].pass == rows[j].pass;
      result.covariance_j2[i * n + j] =
          covariance_j2(rows[i], rows[j]) + (together ? moved_j[i] * moved_j[j] : 0);
    }
    result.rows.push_back(std::move(row));
  }
  result.total = row_of(total);
  result.total.kind = "total";
  result.unattributed = row_of(rest);
  result.unattributed.kind = "unattributed";
}

}  // namespace erg::attribution
