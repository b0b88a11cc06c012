// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "erg/observations.h"

namespace erg::testing {

inline std::vector<std::size_t> all_rows(const Observations& table) {
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

// Rows of one feature x each, with the energy that `law` gives.
template <class Law>
Observations table_of(const std::vector<double>& x, Law law) {
  Observations table;
  table.features = {"macs"};
  for (const double value : x) {
    Observation row;
    row.label = "row " + std::to_string(table.rows.size() + 1);
    row.network = row.label;
    row.family = "family " + std::to_string(table.rows.size() % 3);
    row.features = {value};
    row.energy = Joules{law(value)};
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace erg::testing
