// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "erg/import_report.h"
#include "erg/units.h"

namespace erg::exchange {

// Finite, not before 1970, not backwards, not in another age.
bool good_interval(double begin_unix, double end_unix);

// One phase of every step, as the study kept it: [epoch * steps + step].
struct PhaseTable {
  std::size_t epochs = 0;
  std::size_t steps = 0;  // of an epoch
  std::vector<double> begin_unix;
  std::vector<double> end_unix;
  std::vector<double> energy_j;  // not a number where it was not saved

  bool empty() const { return begin_unix.empty(); }
  bool good(std::size_t cell) const { return good_interval(begin_unix[cell], end_unix[cell]); }
};

// `<phase>.npy` with `<phase>_energy.npy`, or `<phase>.csv` with a cell "[start, end, J]" a step.
// Empty where the folder has neither. An array that cannot be read is told and left out.
std::optional<PhaseTable> read_phase(const std::filesystem::path& folder, const std::string& phase,
                                     ImportReport& report);

}  // namespace erg::exchange
