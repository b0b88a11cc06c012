// SPDX-License-Identifier: Apache-2.0
#include "phase_table.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "erg/csv_reader.h"
#include "erg/format_error.h"
#include "erg/npy.h"
#include "erg/python_literal.h"

namespace erg::exchange {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::optional<NpyArray> read_array(const std::filesystem::path& path, ImportReport& report) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    return read_npy(*open_bytes(path));
  } catch (const FormatError& error) {
    report.warn("array_unreadable", path.string(), 1, error.what());
    return std::nullopt;
  }
}

// (epochs, steps, 2 or 3): start, end, joules. An array of no elements, (5, 0), is a phase that did
// not happen.
PhaseTable table_of(const NpyArray& array, const std::filesystem::path& path,
                    ImportReport& report) {
  PhaseTable table;
  if (array.values.empty()) return table;
  const auto& shape = array.shape;
  if (shape.size() != 3 || (shape[2] != 2 && shape[2] != 3)) {
    report.warn("array_shape", path.string(), 1, "not of (epochs, steps, 2 or 3); left out");
    return table;
  }
  table.epochs = shape[0];
  table.steps = shape[1];
  for (std::size_t cell = 0; cell < shape[0] * shape[1]; ++cell) {
    const double* values = array.values.data() + cell * shape[2];
    table.begin_unix.push_back(values[0]);
    table.end_unix.push_back(values[1]);
    table.energy_j.push_back(shape[2] == 3 ? values[2] : kNone);
  }
  return table;
}

std::optional<PhaseTable> read_npy_phase(const std::filesystem::path& folder,
                                         const std::string& phase, ImportReport& report) {
  const auto time_path = folder / (phase + ".npy");
  const auto energy_path = folder / (phase + "_energy.npy");
  const auto times = read_array(time_path, report);
  const auto energies = read_array(energy_path, report);
  if (!times && !energies) return std::nullopt;
  if (!times) return table_of(*energies, energy_path, report);
  PhaseTable table = table_of(*times, time_path, report);
  if (!energies) return table;
  const PhaseTable saved = table_of(*energies, energy_path, report);
  if (saved.epochs == table.epochs && saved.steps == table.steps) {
    table.energy_j = saved.energy_j;
  } else {
    report.warn("array_shape", energy_path.string(), 1,
                "not of the shape of the phase's times; its energies are left out");
  }
  return table;
}

// Reads "[start, end, J]" into a cell; false where it is none.
bool read_cell(std::string_view text, PythonLiteral& literal, PhaseTable& table) {
  double values[3] = {kNone, kNone, kNone};
  bool good = true;
  try {
    literal.parse(text);
    const auto nodes = literal.nodes();
    good = literal.root().size >= 2 && literal.root().size <= 3 &&
           nodes.size() == literal.root().size + 1;
    for (std::size_t i = 1; good && i < nodes.size(); ++i) values[i - 1] = nodes[i].number;
  } catch (const FormatError&) {
    good = false;
  }
  table.begin_unix.push_back(values[0]);
  table.end_unix.push_back(values[1]);
  table.energy_j.push_back(values[2]);
  return good;
}

// Rows are steps, columns epochs: turned over at the end.
std::optional<PhaseTable> read_csv_phase(const std::filesystem::path& path, ImportReport& report) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto source = open_bytes(path);
  CsvReader reader{*source};
  PhaseTable rows;
  std::uint64_t bad_cells = 0;
  if (reader.next()) rows.epochs = reader.fields().size();
  PythonLiteral literal;
  while (reader.next()) {
    if (reader.fields().size() != rows.epochs) {
      ++bad_cells;
      continue;
    }
    for (const auto cell : reader.fields()) bad_cells += read_cell(cell, literal, rows) ? 0 : 1;
    ++rows.steps;
  }
  report.warn("cells_malformed", path.string(), bad_cells, "cells that are not [start, end, J]");
  PhaseTable table{rows.epochs, rows.steps, {}, {}, {}};
  for (std::size_t epoch = 0; epoch < rows.epochs; ++epoch) {
    for (std::size_t step = 0; step < rows.steps; ++step) {
      const std::size_t cell = step * rows.epochs + epoch;
      table.begin_unix.push_back(rows.begin_unix[cell]);
      table.end_unix.push_back(rows.end_unix[cell]);
      table.energy_j.push_back(rows.energy_j[cell]);
    }
  }
  return table;
}

}  // namespace

bool good_interval(double begin_unix, double end_unix) {
  constexpr double kYear2200 = 7.3e9;
  return begin_unix >= 0 && end_unix >= begin_unix && end_unix < kYear2200;
}

std::optional<PhaseTable> read_phase(const std::filesystem::path& folder, const std::string& phase,
                                     ImportReport& report) {
  if (auto table = read_npy_phase(folder, phase, report)) return table;
  return read_csv_phase(folder / (phase + ".csv"), report);
}

}  // namespace erg::exchange
