// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/estimate.h"
#include "erg/span.h"

namespace erg {

// How a breakdown groups the spans. Do not change the values: they are stored.
enum class Grouping : std::uint8_t {
  run = 0,
  epoch = 1,
  phase = 2,
  layer = 3,
  layer_kind = 4,
  device = 5,
  range = 6,
  rank = 7,  // of parts that did one work together
  host = 8,
};

std::string_view to_string(Grouping grouping);
std::optional<Grouping> grouping_from(std::string_view word);

// One class of spans: what it took in all.
struct BreakdownRow {
  std::string name;  // "forward", "Conv2d_0", "epoch 3", a device's id
  std::string kind;  // "phase", "layer", "device", ...
  Pass pass = Pass::none;
  std::string device;  // Device::id; empty: several
  std::uint64_t count = 0;
  std::optional<TimeEstimate> time;      // of the spans, in all
  std::optional<EnergyEstimate> energy;  // empty: nothing measured power then, or not resolved
  std::string method;  // "timeline", "designs", ...; where a row was not resolved, why
};

// Where the energy of a run went. Rows and the unattributed row add up to the total.
struct Breakdown {
  Grouping by = Grouping::phase;
  std::string method;
  std::string device;  // Device::id it is about; empty: all of the run
  std::vector<BreakdownRow> rows;
  BreakdownRow unattributed;
  BreakdownRow total;
  // Relative difference of the rows' sum, before they were made to add up, from the total.
  std::optional<double> closure;
  // Images (or other examples) trained on in what the total is of; empty: unknown.
  std::optional<double> samples;
  // Row-major, rows.size() squared, in J^2: of the independent parts. Empty: rows are independent.
  std::vector<double> covariance_j2;
  std::vector<std::string> notes;
};

}  // namespace erg
