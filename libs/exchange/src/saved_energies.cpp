// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "thesis_folder.h"

namespace erg::exchange {
namespace {

constexpr std::string_view kMethod = "saved by the study";

BreakdownRow row_of(std::string name, std::string kind, std::string device) {
  BreakdownRow row;
  row.name = std::move(name);
  row.kind = std::move(kind);
  row.device = std::move(device);
  row.method = kMethod;
  row.energy = EnergyEstimate{Joules{0}, Joules{0}, 0, Provenance::imported};
  row.time = TimeEstimate{Seconds{0}, Seconds{0}, 0, Provenance::imported};
  return row;
}

void add(BreakdownRow& row, double begin_unix, double end_unix, double energy_j) {
  if (!std::isfinite(energy_j)) return;
  ++row.count;
  row.energy->value += Joules{energy_j};
  row.time->value += Seconds{end_unix - begin_unix};
}

// The study saved what it measured and nothing of the rest: the total is the sum of the rows.
Breakdown whole(Grouping by, std::string device, std::vector<BreakdownRow> rows) {
  Breakdown breakdown;
  breakdown.by = by;
  breakdown.method = kMethod;
  breakdown.device = device;
  breakdown.unattributed = row_of("unattributed", "", device);
  breakdown.total = row_of("total", "", device);
  for (const BreakdownRow& row : rows) {
    breakdown.total.energy->value += row.energy->value;
    breakdown.total.time->value += row.time->value;
  }
  breakdown.rows = std::move(rows);
  breakdown.notes = {"time and energy between the rows were not saved by the study"};
  return breakdown;
}

std::vector<BreakdownRow> phase_rows(const ThesisFolder& folder, const std::string& device) {
  std::vector<BreakdownRow> rows;
  for (std::size_t i = 0; i < kStudyPhases.size(); ++i) {
    if (!folder.phases[i]) continue;
    const PhaseTable& table = *folder.phases[i];
    BreakdownRow row = row_of(std::string{kStudyPhases[i].name}, "phase", device);
    for (std::size_t cell = 0; cell < table.energy_j.size(); ++cell) {
      if (!table.good(cell)) continue;
      add(row, table.begin_unix[cell], table.end_unix[cell], table.energy_j[cell]);
    }
    if (row.count > 0) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<BreakdownRow> layer_rows(const ThesisFolder& folder, const std::string& device) {
  std::vector<BreakdownRow> all;
  for (const auto& name : folder.layers.names) {
    all.push_back(row_of(name, "layer", device));
    all.back().pass = Pass::forward;
  }
  for (const LayerCell& cell : folder.layers.cells) {
    if (good(cell)) add(all[cell.name], cell.begin_unix, cell.end_unix, cell.energy_j);
  }
  std::erase_if(all, [](const BreakdownRow& row) { return row.count == 0; });
  return all;
}

}  // namespace

std::vector<Breakdown> saved_energies(const ThesisFolder& folder, const std::string& device) {
  std::vector<Breakdown> saved;
  if (auto rows = phase_rows(folder, device); !rows.empty()) {
    saved.push_back(whole(Grouping::phase, device, std::move(rows)));
  }
  if (auto rows = layer_rows(folder, device); !rows.empty()) {
    saved.push_back(whole(Grouping::layer, device, std::move(rows)));
  }
  return saved;
}

}  // namespace erg::exchange
