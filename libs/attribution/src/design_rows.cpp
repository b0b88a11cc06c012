// SPDX-License-Identifier: Apache-2.0
#include "design_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>

#include "classes.h"
#include "words.h"

namespace erg::attribution {
namespace {

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

// In the order of the network where it is known, else "features.2" before "features.10": the
// blocks came in random order, rows must not.
void sort_rows(std::vector<LinearRow>& rows, const std::vector<std::string>& order) {
  const auto key = [&](const LinearRow& row) {
    const std::string name = members_of(row.name).front();
    const auto digits = name.find_last_not_of("0123456789") + 1;
    const std::string number = name.substr(digits);
    return std::make_tuple(row.pass, std::ranges::find(order, name) - order.begin(),
                           name.substr(0, digits), number.size(), number);
  };
  std::ranges::stable_sort(rows, {}, key);
}

std::string kind_of(const std::string& layer, const AttributionOptions& options) {
  const auto known = options.layer_kinds.find(layer);
  return known != options.layer_kinds.end() ? known->second : std::string{without_number(layer)};
}

// Layers that were repeated together are of one kind, if the plan was ours.
std::string kind_of_all(const std::string& layers, const AttributionOptions& options) {
  std::string kind;
  for (const auto& each : members_of(layers)) {
    const std::string own = kind_of(each, options);
    if (own != kind) kind += (kind.empty() ? "" : std::string{kTogether}) + own;
  }
  return kind;
}

}  // namespace

bool is_plain(const StepDesign& design) {
  return design.layer.empty() && design.until.empty() && design.repetitions == 0;
}

std::vector<std::string> members_of(std::string_view layers) {
  std::vector<std::string> members;
  while (true) {
    const auto end = layers.find(kTogether);
    members.emplace_back(layers.substr(0, end));
    if (end == std::string_view::npos) return members;
    layers.remove_prefix(end + kTogether.size());
  }
}

std::size_t DesignRows::find(bool backward, bool optimizer, bool copy) const {
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (is_plain(design) && design.backward == backward && design.optimizer == optimizer &&
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
    if (is_plain(design) && parts_of(design) > most) most = parts_of(design), place = i;
  }
  if (most == 0) throw AttributionError{"no block of a plain step: the designs have no base"};
  weights[place] = 1;
  return weights;
}

std::vector<LinearRow> DesignRows::phase_rows() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < fit_.designs.size(); ++i) {
    if (is_plain(fit_.designs[i].design)) order.push_back(i);
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
  auto repeated = repeated_phases();
  if (repeated.empty() || order.size() < 2) return rows;
  // What the step has beside forward and backward, each by itself.
  rows.pop_back();
  std::ranges::move(repeated, std::back_inserter(rows));
  std::ranges::stable_sort(rows, {}, [](const LinearRow& row) { return rank_of(row.name); });
  return rows;
}

// The copy, and the optimizer behind one copy more, done k times more at the end of a step: what
// the step takes more is theirs, and its scatter is divided by k. Empty: not both were.
std::vector<LinearRow> DesignRows::repeated_phases() const {
  const std::size_t n = fit_.designs.size();
  std::size_t copied = n, both = n;
  for (std::size_t i = 0; i < n; ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.optimizer_again) both = i;
    if (design.copy_again && !design.optimizer_again) copied = i;
  }
  const std::size_t step = find(true, true, true);
  if (copied == n || both == n || step == n || find(true, false, false) == n) return {};
  const auto row = [&](std::string_view phase, std::size_t more, std::size_t less) {
    LinearRow result;
    result.name = phase;
    result.weights.assign(n, 0);
    result.weights[more] = 1.0 / fit_.designs[more].design.repetitions;
    result.weights[less] = -result.weights[more];
    result.launch_bound = fit_.designs[more].launch_bound;
    return result;
  };
  return {row(phase::kToDevice, copied, step), row(phase::kOptimizer, both, copied)};
}

void DesignRows::phases(Breakdown& result) const {
  const auto rows = phase_rows();
  result.notes.push_back("backward includes the loss");
  std::vector<double> moved_j(rows.size(), 0);
  if (!repeated_phases().empty()) close_step(rows, moved_j, result);
  finish(rows, moved_j, largest(), result);
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
  std::set<std::pair<std::string, Pass>> seen;
  std::map<std::pair<std::string, Pass>, std::size_t> places;
  for (std::size_t i = 0; i < n; ++i) {
    const StepDesign& design = fit_.designs[i].design;
    if (design.layer.empty()) continue;
    if (!seen.emplace(design.layer, design.pass).second) continue;  // with another k before
    std::vector<double> weights = extra(i);
    const auto forward = forwards.find(design.layer);
    if (design.pass == Pass::backward && forward != forwards.end()) {
      // A backward is repeated on one more forward: that is not its own.
      const double k = fit_.designs[forward->second].design.repetitions;
      const auto once = extra(forward->second);
      for (std::size_t j = 0; j < n; ++j) weights[j] -= once[j] / k;
    }
    for (double& each : weights) each /= design.repetitions;
    const bool kinds = options.by == Grouping::layer_kind;
    const std::string name = kinds ? kind_of_all(design.layer, options) : design.layer;
    const std::size_t members = members_of(design.layer).size();
    const auto [place, added] = places.try_emplace({name, design.pass}, rows.size());
    if (added) {
      rows.push_back(
          {name, design.pass, std::move(weights), fit_.designs[i].launch_bound, members});
      continue;
    }
    LinearRow& kind = rows[place->second];
    for (std::size_t j = 0; j < n; ++j) kind.weights[j] += weights[j];
    kind.launch_bound = kind.launch_bound || fit_.designs[i].launch_bound;
    kind.members += members;
  }
  return rows;
}

std::vector<LinearRow> DesignRows::grouped(std::vector<LinearRow> rows,
                                           const std::vector<std::string>& order) const {
  sort_rows(rows, order);
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
    group->name += std::string{kTogether} + row.name;
    group->members += row.members;
    group->launch_bound = group->launch_bound || row.launch_bound;
  }
  sort_rows(kept, order);
  for (LinearRow& group : groups) kept.push_back(std::move(group));
  return kept;
}

}  // namespace erg::attribution
