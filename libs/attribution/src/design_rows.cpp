// SPDX-License-Identifier: Apache-2.0
#include "design_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <tuple>

#include "classes.h"
#include "words.h"

namespace erg::attribution {
namespace {

// A launch-bound repetition counts the host's time: it gives way before the others do.
constexpr double kLaunchBoundGives = 10;
// A closure beyond this, and beyond its own uncertainty, is worth a warning.
constexpr double kClosureWarning = 0.05;

// Names what `more` has and `less` has not, in the order of a step.
std::string phases_between(const StepDesign* less, const StepDesign& more) {
  std::string name;
  const auto add = [&](bool has, bool had, std::string_view phase) {
    if (!has || had) return;
    name += (name.empty() ? "" : "+") + std::string{phase};
  };
  add(more.copy, less && less->copy, phase::kToDevice);
  add(true, less != nullptr, phase::kForward);
  add(more.backward, less && less->backward, phase::kBackward);
  add(more.optimizer, less && less->optimizer, phase::kOptimizer);
  return name;
}

int parts_of(const StepDesign& design) {
  return 1 + (design.backward ? 1 : 0) + (design.optimizer ? 1 : 0) + (design.copy ? 1 : 0);
}

std::size_t rank_of(const std::string& name) {
  const std::string first = name.substr(0, name.find('+'));
  return static_cast<std::size_t>(std::ranges::find(phase::kInOrder, first) -
                                  std::begin(phase::kInOrder));
}

// "features.2" before "features.10": the blocks came in random order, rows must not.
bool by_pass_and_name(const LinearRow& a, const LinearRow& b) {
  if (a.pass != b.pass) return a.pass < b.pass;
  const auto key = [](const std::string& name) {
    const auto digits = name.find_last_not_of("0123456789") + 1;
    const std::string number = name.substr(digits);
    return std::make_tuple(name.substr(0, digits), number.size(), number);
  };
  return key(a.name) < key(b.name);
}

}  // namespace

std::size_t DesignRows::find(bool backward, bool optimizer, bool copy) const {
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.layer.empty() && design.backward == backward && design.optimizer == optimizer &&
        design.copy == copy) {
      return i;
    }
  }
  return fit_.designs.size();
}

std::vector<double> DesignRows::largest() const {
  std::vector<double> weights(fit_.designs.size(), 0);
  int most = 0;
  std::size_t place = 0;
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.layer.empty() && parts_of(design) > most) most = parts_of(design), place = i;
  }
  if (most == 0) throw AttributionError{"no block of a plain step: the designs have no base"};
  weights[place] = 1;
  return weights;
}

std::vector<LinearRow> DesignRows::phase_rows() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    if (fit_.designs[i].design.layer.empty()) order.push_back(i);
  }
  std::ranges::stable_sort(order, {},
                           [&](std::size_t i) { return parts_of(fit_.designs[i].design); });
  std::vector<LinearRow> rows;
  for (std::size_t i = 0; i < order.size(); ++i) {
    LinearRow row;
    row.weights.assign(fit_.designs.size(), 0);
    row.weights[order[i]] = 1;
    const StepDesign* less = nullptr;
    if (i > 0) {
      row.weights[order[i - 1]] = -1;
      less = &fit_.designs[order[i - 1]].design;
    }
    row.name = phases_between(less, fit_.designs[order[i]].design);
    row.launch_bound = fit_.designs[order[i]].launch_bound;
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, {}, [](const LinearRow& row) { return rank_of(row.name); });
  return rows;
}

void DesignRows::phases(Breakdown& result) const {
  const auto rows = phase_rows();
  result.notes.push_back("backward includes the loss");
  finish(rows, std::vector<double>(rows.size(), 0), result);
}

std::vector<LinearRow> DesignRows::layer_rows(const AttributionOptions& options) const {
  const std::size_t n = fit_.designs.size();
  const std::vector<double> step = largest();
  std::map<std::string, std::size_t> forwards;
  for (std::size_t i = 0; i < n; ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.pass == Pass::forward) forwards[design.layer] = i;
  }
  const auto extra = [&](std::size_t i) {  // of the repetitions, over the plain step
    std::vector<double> weights = step;
    for (double& each : weights) each = -each;
    weights[i] += 1;
    return weights;
  };
  std::vector<LinearRow> rows;
  std::map<std::pair<std::string, Pass>, std::size_t> places;
  for (std::size_t i = 0; i < n; ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.layer.empty()) continue;
    std::vector<double> weights = extra(i);
    const auto forward = forwards.find(design.layer);
    if (design.pass == Pass::backward && forward != forwards.end()) {
      // A backward is repeated on one more forward: that is not its own.
      const double k = fit_.designs[forward->second].design.repetitions;
      const auto once = extra(forward->second);
      for (std::size_t j = 0; j < n; ++j) weights[j] -= once[j] / k;
    }
    for (double& each : weights) each /= design.repetitions;
    std::string name = design.layer;
    if (options.by == Grouping::layer_kind) {
      const auto known = options.layer_kinds.find(name);
      name = known != options.layer_kinds.end() ? known->second : std::string{without_number(name)};
    }
    const auto [place, added] = places.try_emplace({name, design.pass}, rows.size());
    if (added) {
      rows.push_back({name, design.pass, std::move(weights), fit_.designs[i].launch_bound, 1});
      continue;
    }
    if (options.by != Grouping::layer_kind) continue;  // measured with another k before
    LinearRow& kind = rows[place->second];
    for (std::size_t j = 0; j < n; ++j) kind.weights[j] += weights[j];
    kind.launch_bound = kind.launch_bound || fit_.designs[i].launch_bound;
    ++kind.members;
  }
  return rows;
}

std::vector<LinearRow> DesignRows::grouped(std::vector<LinearRow> rows) const {
  std::vector<LinearRow> kept, groups;
  for (LinearRow& row : rows) {
    if (energy_j(row.weights) > 2 * std::sqrt(variance_j2(row.weights))) {
      kept.push_back(std::move(row));
      continue;
    }
    auto group = std::ranges::find(groups, row.pass, &LinearRow::pass);
    if (group == groups.end()) {
      groups.push_back(std::move(row));
      continue;
    }
    for (std::size_t j = 0; j < row.weights.size(); ++j) group->weights[j] += row.weights[j];
    group->name += " + " + row.name;
    group->members += row.members;
    group->launch_bound = group->launch_bound || row.launch_bound;
  }
  std::ranges::stable_sort(kept, by_pass_and_name);
  for (LinearRow& group : groups) kept.push_back(std::move(group));
  return kept;
}

void DesignRows::close(const std::vector<LinearRow>& rows, Pass pass,
                       const std::vector<double>& target, std::vector<double>& moved_j,
                       Breakdown& result) const {
  std::vector<double> gap(fit_.designs.size(), 0), give(rows.size(), 0);
  double gives = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].pass != pass) continue;
    for (std::size_t j = 0; j < gap.size(); ++j) gap[j] += rows[i].weights[j];
    // What all have too much of, each has in proportion; what scatter made, by its scatter.
    give[i] = std::max(0.0, energy_j(rows[i].weights)) + std::sqrt(variance_j2(rows[i].weights));
    if (rows[i].launch_bound) give[i] *= kLaunchBoundGives;
    gives += give[i];
  }
  if (gives <= 0) return;
  for (std::size_t j = 0; j < gap.size(); ++j) gap[j] -= target[j];
  const double residual_j = energy_j(gap);
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

void DesignRows::layers(const AttributionOptions& options, Breakdown& result) const {
  const auto rows = grouped(layer_rows(options));
  if (rows.empty()) {
    throw AttributionError{"the run's blocks repeat no layer: profile it with --profile layers"};
  }
  std::vector<double> moved_j(rows.size(), 0);
  const std::size_t n = fit_.designs.size();
  const std::size_t forward = find(false, false, false), backward = find(true, false, false);
  std::vector<double> target(n, 0);
  if (forward < n) {
    target[forward] = 1;
    close(rows, Pass::forward, target, moved_j, result);
  }
  if (forward < n && backward < n) {
    target[forward] = -1;
    target[backward] = 1;
    close(rows, Pass::backward, target, moved_j, result);
  }
  double moved = 0, sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    moved -= moved_j[i];
    sum += energy_j(rows[i].weights) + moved_j[i];
  }
  if (forward < n && sum != 0) result.closure = moved / sum;
  finish(rows, moved_j, result);
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
                        Breakdown& result) const {
  const std::size_t n = rows.size();
  result.covariance_j2.assign(n * n, 0);
  LinearRow total{"total", Pass::none, largest(), false, 1};
  LinearRow rest{"unattributed", Pass::none, total.weights, false, 0};
  double moved = 0;
  for (std::size_t i = 0; i < n; ++i) {
    BreakdownRow row = row_of(rows[i]);
    row.kind = std::string{to_string(result.by)};
    row.energy->value += Joules{moved_j[i]};
    row.energy->independent_u = Joules{std::hypot(row.energy->independent_u.value(), moved_j[i])};
    for (std::size_t j = 0; j < n; ++j) {
      result.covariance_j2[i * n + j] = covariance_j2(rows[i], rows[j]);
    }
    result.covariance_j2[i * n + i] += moved_j[i] * moved_j[i];
    moved += moved_j[i];
    for (std::size_t j = 0; j < rest.weights.size(); ++j) rest.weights[j] -= rows[i].weights[j];
    result.rows.push_back(std::move(row));
  }
  result.total = row_of(total);
  result.total.kind = "total";
  result.unattributed = row_of(rest);
  result.unattributed.kind = "unattributed";
  result.unattributed.energy->value -= Joules{moved};
  result.unattributed.energy->independent_u =
      Joules{std::hypot(result.unattributed.energy->independent_u.value(), moved)};
}

}  // namespace erg::attribution
