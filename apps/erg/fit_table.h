// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "erg/observations.h"
#include "erg/store.h"

namespace erg {

// Where the rows of a fit come from, word for word.
struct TableOptions {
  std::string csv;                   // a file; empty: stored runs
  std::vector<std::string> more;     // further files, of the same columns
  std::string where;                 // of the runs
  std::vector<std::string> columns;  // "energy=TotalEnergyPerEpoch"
  std::string network;               // of a table that names none
  std::string names;                 // "study", or a CSV of two columns: theirs, ours
  std::string unit = "epoch";
  bool each_epoch = false;  // a row for each epoch of a run, not one for their mean
  std::string energy_unit;
  std::string time_unit;
  std::string device;
  std::string precision;
  std::string input;
  std::int64_t classes = 0;
  std::int64_t batch = 0;
  std::int64_t images = 0;
};

void add_table_options(CLI::App& app, TableOptions& table);

// Throws UsageError, FormatError, NetworkError.
Observations table_from_csv(const TableOptions& options);
Observations table_from_runs(const Store& store, const TableOptions& options);

}  // namespace erg
