// SPDX-License-Identifier: Apache-2.0
#include "thesis_folder.h"

#include <algorithm>

#include "erg/decimal.h"

namespace erg::exchange {
namespace {

template <class Visit>
void each_table(const ThesisFolder& folder, Visit visit) {
  for (const auto& table : folder.phases) {
    if (table) visit(*table);
  }
  if (folder.epoch) visit(*folder.epoch);
  if (folder.test) visit(*folder.test);
}

}  // namespace

ThesisFolder read_thesis_folder(const std::filesystem::path& path, ImportReport& report) {
  ThesisFolder folder{path, thesis_place(path), {}, {}, {}, {}};
  for (std::size_t i = 0; i < kStudyPhases.size(); ++i) {
    folder.phases[i] = read_phase(path, std::string{kStudyPhases[i].file}, report);
  }
  folder.epoch = read_phase(path, "epoch", report);
  folder.test = read_phase(path, "test", report);
  folder.layers = read_layers(path, report);
  for (std::size_t i = 0; i < kStudyPhases.size(); ++i) {
    const bool some = std::ranges::any_of(folder.phases, [](const auto& table) { return !!table; });
    report.warn("array_missing", path.string(), some && !folder.phases[i] ? 1 : 0,
                "a phase of the step has no file here");
  }
  return folder;
}

std::size_t ThesisFolder::epochs() const {
  std::size_t most = 0;
  each_table(*this, [&](const PhaseTable& table) { most = std::max(most, table.epochs); });
  for (const LayerCell& cell : layers.cells) most = std::max<std::size_t>(most, cell.epoch + 1);
  return most;
}

std::size_t ThesisFolder::steps() const {
  std::size_t most = 0;
  for (const auto& table : phases) most = std::max(most, table ? table->steps : 0);
  for (const LayerCell& cell : layers.cells) most = std::max<std::size_t>(most, cell.step + 1);
  return most;
}

std::optional<ThesisFolder::Extent> ThesisFolder::extent() const {
  std::optional<Extent> all;
  const auto widen = [&](double begin_unix, double end_unix) {
    const Extent one{nanoseconds_of(begin_unix), nanoseconds_of(end_unix)};
    if (!all) all = one;
    all->begin = std::min(all->begin, one.begin);
    all->end = std::max(all->end, one.end);
  };
  each_table(*this, [&](const PhaseTable& table) {
    for (std::size_t cell = 0; cell < table.begin_unix.size(); ++cell) {
      if (table.good(cell)) widen(table.begin_unix[cell], table.end_unix[cell]);
    }
  });
  for (const LayerCell& cell : layers.cells) {
    if (good(cell)) widen(cell.begin_unix, cell.end_unix);
  }
  return all;
}

bool ThesisFolder::mixed_precision() const {
  const auto& loss = phases[2];
  const auto& forward = phases[1];
  return loss && loss->empty() && forward && !forward->empty();
}

}  // namespace erg::exchange
