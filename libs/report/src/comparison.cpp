// SPDX-License-Identifier: Apache-2.0
#include "erg/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "compared_rows.h"
#include "erg/breakdown_text.h"
#include "erg/distributions.h"
#include "erg/numbers.h"
#include "erg/significance.h"
#include "json.h"

namespace erg {
namespace {

using Align = TextTable::Align;

const BreakdownRow* total(const Run& run) {
  const auto* breakdown = find_breakdown(run, Grouping::run);
  return breakdown ? &breakdown->total : nullptr;
}

std::optional<EnergyEstimate> energy_of(const BreakdownRow* row) {
  return row ? row->energy : std::nullopt;
}

std::optional<Seconds> time_of(const BreakdownRow* row) {
  return row && row->time ? std::optional{row->time->value} : std::nullopt;
}

std::optional<double> last_accuracy(const Run& run) {
  return run.epochs.empty() ? std::nullopt : run.epochs.back().test_accuracy;
}

// What runs were of, where that is not the same: their joules are of different work.
std::string differing(std::span<const Run> runs) {
  std::string text;
  const auto look = [&](const char* what, auto field) {
    const auto same = [&](const Run& run) {
      return field(run.header.environment.workload) ==
             field(runs.front().header.environment.workload);
    };
    if (!std::ranges::all_of(runs, same)) text += (text.empty() ? "" : ", ") + std::string{what};
  };
  look("network", [](const auto& work) { return work.network; });
  look("data", [](const auto& work) { return work.data; });
  look("batch", [](const auto& work) { return work.batch; });
  look("epochs", [](const auto& work) { return work.epochs; });
  look("precision", [](const auto& work) { return work.precision; });
  return text.empty() ? text : "note: not of the same work, they differ in " + text + "\n";
}

constexpr double kSignificant = 0.05;

// All differences that a comparison shows, by run (from the second on) and phase ("" the whole
// run), with the p of each as if it had been the only one, and adjusted for all.
class Significance {
 public:
  Significance(std::span<const Run> runs, const ComparedRows& rows) {
    const Run& first = runs.front();
    std::vector<double> p;
    for (const auto& run : runs.subspan(1)) {
      const bool same = same_devices(run, first);
      const auto add = [&](const std::string& name, const auto& energy, const auto& reference) {
        const auto more = difference(energy, reference, same);
        if (!more) return;
        places_[{&run, name}] = p.size();
        p.push_back(more->p());
      };
      add("", energy_of(total(run)), energy_of(total(first)));
      for (const auto& name : rows.names()) {
        add(name, energy_of(rows.find(run, name)), energy_of(rows.find(first, name)));
      }
    }
    adjusted_ = holm(p);
  }

  std::optional<double> p(const Run& run, const std::string& phase = "") const {
    const auto place = places_.find({&run, phase});
    if (place == places_.end()) return std::nullopt;
    return adjusted_[place->second];
  }
  bool significant(const Run& run, const std::string& phase = "") const {
    return p(run, phase).value_or(1) < kSignificant;
  }
  bool any() const { return !adjusted_.empty(); }

 private:
  std::map<std::pair<const Run*, std::string>, std::size_t> places_;
  std::vector<double> adjusted_;
};

std::string difference_text(const RelativeDifference& more) {
  const double u = 100 * more.u;
  return fmt::format("{}{} ± {} %", more.value >= 0 ? "+" : "", number(100 * more.value, u),
                     number(u, u));
}

std::string with_difference(const std::optional<EnergyEstimate>& energy,
                            const std::optional<EnergyEstimate>& reference, bool same, bool first,
                            bool significant) {
  if (!energy) return "-";
  const auto more = first ? std::nullopt : difference(energy, reference, same);
  if (!more) return text(*energy);
  return fmt::format("{} ({}{})", text(energy->value), difference_text(*more),
                     significant ? " *" : "");
}

std::string with_difference(std::optional<Seconds> time, std::optional<Seconds> reference,
                            bool first) {
  if (!time) return "-";
  if (first || !reference || reference->count() <= 0) return text(*time);
  return fmt::format("{} ({:+.1f} %)", text(*time), 100 * (*time / *reference - 1));
}

Json difference_json(const std::optional<EnergyEstimate>& energy,
                     const std::optional<EnergyEstimate>& reference, bool same,
                     std::optional<double> p) {
  Json json;
  json["energy_j"] = energy ? finite(energy->value.value()) : Json{};
  json["energy_u_j"] = energy ? finite(energy->total_u().value()) : Json{};
  const auto more = difference(energy, reference, same);
  json["energy_difference"] = more ? finite(more->value) : Json{};
  json["energy_difference_u"] = more ? finite(more->u) : Json{};
  json["energy_difference_p"] = p ? finite(*p) : Json{};
  json["significant"] = p ? Json(*p < kSignificant) : Json{};
  return json;
}

}  // namespace

std::optional<RelativeDifference> difference(const std::optional<EnergyEstimate>& energy,
                                             const std::optional<EnergyEstimate>& reference,
                                             bool same_device) {
  if (!energy || !reference || reference->value.value() == 0) return std::nullopt;
  const double ratio = energy->value / reference->value;
  double u = std::hypot(energy->independent_u / reference->value,
                        ratio * (reference->independent_u / reference->value));
  if (!same_device) u = std::hypot(u, ratio * std::hypot(energy->common_u, reference->common_u));
  return RelativeDifference{ratio - 1, u};
}

double RelativeDifference::p() const {
  if (u <= 0) return value == 0 ? 1 : 0;
  return 2 * normal_cdf(-std::abs(value) / u);
}

std::vector<std::string> failures_above(std::span<const Run> runs, double limit) {
  const Run& first = runs.front();
  std::vector<std::string> failures;
  std::vector<const Run*> compared;
  std::vector<double> p;
  for (const auto& run : runs) {
    if (run.status == RunStatus::finished) continue;
    failures.push_back(run.header.name + " cannot be compared: it is " +
                       std::string{to_string(run.status)});
  }
  for (const auto& run : runs.subspan(1)) {
    const auto more =
        difference(energy_of(total(run)), energy_of(total(first)), same_devices(run, first));
    if (!more) {
      failures.push_back(run.header.name + " cannot be compared with " + first.header.name +
                         ": one of them has no energy");
      continue;
    }
    compared.push_back(&run);
    p.push_back(more->p());
  }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    const Run& run = *compared[i];
    const auto more =
        difference(energy_of(total(run)), energy_of(total(first)), same_devices(run, first));
    if (more->value <= limit || adjusted[i] >= kSignificant) continue;
    failures.push_back(fmt::format("{} takes {} of energy against {}: above {} %", run.header.name,
                                   difference_text(*more), first.header.name, 100 * limit));
  }
  return failures;
}

bool same_devices(const Run& a, const Run& b) {
  const auto ids = [](const Run& run) {
    std::set<std::string> all;
    for (const auto& part : run.parts) {
      for (const auto& device : part.header.devices) {
        // A host's own devices are told apart by the host.
        all.insert(device.kind == DeviceKind::gpu ? device.id : part.header.host + device.id);
      }
    }
    return all;
  };
  return ids(a) == ids(b);
}

std::string comparison_text(std::span<const Run> runs, TextStyle style) {
  TextTable table{{{"run"},
                   {"id"},
                   {"status"},
                   {"time", Align::right},
                   {"energy", Align::right},
                   {"power", Align::right},
                   {"test accuracy", Align::right}}};
  const Run& first = runs.front();
  const ComparedRows rows{runs};
  const Significance significance{runs, rows};
  for (const auto& run : runs) {
    const auto* row = total(run);
    const auto accuracy = last_accuracy(run);
    const auto power = total_power(run);
    table.add({run.header.name, run.header.id.text().substr(0, 8),
               std::string{to_string(run.status)},
               with_difference(time_of(row), time_of(total(first)), &run == &first),
               with_difference(energy_of(row), energy_of(total(first)), same_devices(run, first),
                               &run == &first, significance.significant(run)),
               power ? erg::text(*power) : "-", accuracy ? percent(*accuracy) : "-"});
  }
  std::string text = table.text(style);
  const std::string legend =
      significance.any()
          ? "* differs by more than chance: p < 0.05, adjusted for all that is shown\n"
          : "";
  const std::string unlike = differing(runs);
  const auto& phases = rows.names();
  if (phases.empty()) return text + unlike + legend;

  std::vector<TextTable::Column> columns{{"energy by phase"}};
  for (const auto& run : runs) columns.push_back({run.header.name, Align::right});
  TextTable by_phase{columns};
  for (const auto& phase : phases) {
    std::vector<std::string> cells{phase};
    for (const auto& run : runs) {
      cells.push_back(with_difference(energy_of(rows.find(run, phase)),
                                      energy_of(rows.find(first, phase)), same_devices(run, first),
                                      &run == &first, significance.significant(run, phase)));
    }
    by_phase.add(std::move(cells));
  }
  return text + "\n" + by_phase.text(style) + unlike + legend;
}

std::string comparison_json(std::span<const Run> runs) {
  Json list = Json::array();
  const Run& first = runs.front();
  const ComparedRows rows{runs};
  const Significance significance{runs, rows};
  for (const auto& run : runs) {
    const bool same = same_devices(run, first);
    Json json;
    json["id"] = run.header.id.text();
    json["name"] = run.header.name;
    json["status"] = to_string(run.status);
    const auto time = time_of(total(run));
    const auto reference = time_of(total(first));
    json["time_s"] = time ? finite(time->count()) : Json{};
    json["time_difference"] = time && reference ? finite(*time / *reference - 1) : Json{};
    json.update(
        difference_json(energy_of(total(run)), energy_of(total(first)), same, significance.p(run)));
    json["same_devices"] = same;
    json["test_accuracy"] = optional_number(last_accuracy(run));
    json["phases"] = Json::array();
    for (const auto& phase : rows.names()) {
      Json row;
      row["name"] = phase;
      row.update(difference_json(energy_of(rows.find(run, phase)),
                                 energy_of(rows.find(first, phase)), same,
                                 significance.p(run, phase)));
      json["phases"].push_back(std::move(row));
    }
    list.push_back(std::move(json));
  }
  return dumped(list);
}

}  // namespace erg
