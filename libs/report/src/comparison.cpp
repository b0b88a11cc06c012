// SPDX-License-Identifier: Apache-2.0
#include "erg/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "erg/breakdown_text.h"
#include "erg/numbers.h"
#include "json.h"

namespace erg {
namespace {

using Align = TextTable::Align;

const BreakdownRow* total(const Run& run) {
  const auto* breakdown = find_breakdown(run, Grouping::run);
  return breakdown ? &breakdown->total : nullptr;
}

const BreakdownRow* row_named(const Run& run, Grouping by, const std::string& name) {
  const auto* breakdown = find_breakdown(run, by);
  if (!breakdown) return nullptr;
  const auto found = std::ranges::find(breakdown->rows, name, &BreakdownRow::name);
  return found == breakdown->rows.end() ? nullptr : &*found;
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

// The phases of any of the runs, each once, in the order in which they come up.
std::vector<std::string> phases_of(std::span<const Run> runs) {
  std::vector<std::string> names;
  for (const auto& run : runs) {
    const auto* breakdown = find_breakdown(run, Grouping::phase);
    if (!breakdown) continue;
    for (const auto& row : breakdown->rows) {
      if (std::ranges::find(names, row.name) == names.end()) names.push_back(row.name);
    }
  }
  return names;
}

std::string with_difference(const std::optional<EnergyEstimate>& energy,
                            const std::optional<EnergyEstimate>& reference, bool same, bool first) {
  if (!energy) return "-";
  const auto more = first ? std::nullopt : difference(energy, reference, same);
  if (!more) return text(*energy);
  const double u = 100 * more->u;
  return fmt::format("{} ({}{} ± {} %)", text(energy->value), more->value >= 0 ? "+" : "",
                     number(100 * more->value, u), number(u, u));
}

std::string with_difference(std::optional<Seconds> time, std::optional<Seconds> reference,
                            bool first) {
  if (!time) return "-";
  if (first || !reference || reference->count() <= 0) return text(*time);
  return fmt::format("{} ({:+.1f} %)", text(*time), 100 * (*time / *reference - 1));
}

Json difference_json(const std::optional<EnergyEstimate>& energy,
                     const std::optional<EnergyEstimate>& reference, bool same) {
  Json json;
  json["energy_j"] = energy ? finite(energy->value.value()) : Json{};
  json["energy_u_j"] = energy ? finite(energy->total_u().value()) : Json{};
  const auto more = difference(energy, reference, same);
  json["energy_difference"] = more ? finite(more->value) : Json{};
  json["energy_difference_u"] = more ? finite(more->u) : Json{};
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
  for (const auto& run : runs) {
    const auto* row = total(run);
    const auto accuracy = last_accuracy(run);
    const auto power = row ? mean_power(*row) : std::nullopt;
    table.add({run.header.name, run.header.id.text().substr(0, 8),
               std::string{to_string(run.status)},
               with_difference(time_of(row), time_of(total(first)), &run == &first),
               with_difference(energy_of(row), energy_of(total(first)), same_devices(run, first),
                               &run == &first),
               power ? erg::text(*power) : "-", accuracy ? percent(*accuracy) : "-"});
  }
  std::string text = table.text(style);
  const auto phases = phases_of(runs);
  if (phases.empty()) return text;

  std::vector<TextTable::Column> columns{{"energy by phase"}};
  for (const auto& run : runs) columns.push_back({run.header.name, Align::right});
  TextTable by_phase{columns};
  for (const auto& phase : phases) {
    std::vector<std::string> cells{phase};
    for (const auto& run : runs) {
      cells.push_back(with_difference(energy_of(row_named(run, Grouping::phase, phase)),
                                      energy_of(row_named(first, Grouping::phase, phase)),
                                      same_devices(run, first), &run == &first));
    }
    by_phase.add(std::move(cells));
  }
  return text + "\n" + by_phase.text(style);
}

std::string comparison_json(std::span<const Run> runs) {
  Json list = Json::array();
  const Run& first = runs.front();
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
    json.update(difference_json(energy_of(total(run)), energy_of(total(first)), same));
    json["same_devices"] = same;
    json["test_accuracy"] = optional_number(last_accuracy(run));
    json["phases"] = Json::array();
    for (const auto& phase : phases_of(runs)) {
      Json row;
      row["name"] = phase;
      row.update(difference_json(energy_of(row_named(run, Grouping::phase, phase)),
                                 energy_of(row_named(first, Grouping::phase, phase)), same));
      json["phases"].push_back(std::move(row));
    }
    list.push_back(std::move(json));
  }
  return dumped(list);
}

}  // namespace erg
