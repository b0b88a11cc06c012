// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "erg/import_report.h"
#include "phase_table.h"

namespace erg::exchange {

// One layer's forward in one step.
struct LayerCell {
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
  std::uint32_t name = 0;  // index into LayerTable::names
  double begin_unix = 0;
  double end_unix = 0;
  double energy_j = 0;  // not a number where it was not saved
};

inline bool good(const LayerCell& cell) { return good_interval(cell.begin_unix, cell.end_unix); }

// The layers of every step, in the order of the file.
struct LayerTable {
  std::vector<std::string> names;  // a layer within a block: "Residual_3.Conv2d_0"
  std::vector<LayerCell> cells;
};

// layer_energy.csv, else layer_time.csv: columns are epochs, rows are steps, a cell is a dict of
// layers to (start, end) or [start, end, J], nested for blocks. Empty where there is neither.
LayerTable read_layers(const std::filesystem::path& folder, ImportReport& report);

}  // namespace erg::exchange
