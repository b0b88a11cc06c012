// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "erg/breakdown.h"
#include "erg/import_report.h"
#include "erg/span.h"
#include "layer_table.h"
#include "phase_table.h"
#include "thesis_path.h"

namespace erg::exchange {

// The phases of a step as the study's files and as Ergometer call them, in order.
struct StudyPhase {
  std::string_view file;
  std::string_view name;
};
inline constexpr std::array<StudyPhase, 5> kStudyPhases{{{"to_device", phase::kToDevice},
                                                         {"forward", phase::kForward},
                                                         {"loss", phase::kLoss},
                                                         {"backward", phase::kBackward},
                                                         {"optimize", phase::kOptimizer}}};

// All arrays of one run of the study.
struct ThesisFolder {
  std::filesystem::path path;
  ThesisPlace place;
  std::array<std::optional<PhaseTable>, kStudyPhases.size()> phases;
  std::optional<PhaseTable> epoch;
  std::optional<PhaseTable> test;
  LayerTable layers;

  // The longest table's. 0 where there are none.
  std::size_t epochs() const;
  std::size_t steps() const;
  // From the first start to the last end. Empty without a good interval.
  struct Extent {
    Nanoseconds begin;
    Nanoseconds end;
  };
  std::optional<Extent> extent() const;
  // The loss was computed inside forward, as the study did under autocast.
  bool mixed_precision() const;
};

ThesisFolder read_thesis_folder(const std::filesystem::path& path, ImportReport& report);

// Run, epochs, steps, phases, layers, as host spans counted from `zero`. Cells that are no interval
// are counted and left out.
SpanTable thesis_spans(const ThesisFolder& folder, Nanoseconds zero, ImportReport& report);

// The energies that the study saved, by phase and by layer, each where there are any.
std::vector<Breakdown> saved_energies(const ThesisFolder& folder, const std::string& device);

}  // namespace erg::exchange
