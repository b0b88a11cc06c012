// SPDX-License-Identifier: Apache-2.0
#include "unit_measure.h"

#include <algorithm>
#include <array>

namespace erg {
namespace {

constexpr std::array<std::string_view, 5> kStep{phase::kToDevice, phase::kForward, phase::kLoss,
                                                phase::kBackward, phase::kOptimizer};

void add(const BreakdownRow& row, double share, UnitMeasure& into) {
  if (row.energy) into.energy = into.energy.value_or(Joules{0}) + share * row.energy->value;
  if (row.time) into.time = into.time.value_or(Seconds{0}) + share * row.time->value;
}

void add_step(const Breakdown& phases, UnitMeasure& into) {
  for (const auto& row : phases.rows) {
    if (std::ranges::find(kStep, row.name) == kStep.end() || row.count == 0) continue;
    add(row, 1.0 / static_cast<double>(row.count), into);
    into.units = std::max(into.units, static_cast<double>(row.count));
  }
}

}  // namespace

const Breakdown* measured_breakdown(const Run& run, Grouping by) {
  for (const auto& one : run.breakdowns) {
    if (one.by == by && one.method != "designs") return &one;
  }
  return nullptr;
}

UnitMeasure unit_measure(const Run& run, const std::string& unit) {
  const Workload& work = run.header.environment.workload;
  const double batch = static_cast<double>(work.batch);
  const double epoch_images = batch * static_cast<double>(work.steps_per_epoch);
  UnitMeasure result;
  if (unit == "step") {
    result.images = batch;
    if (const Breakdown* phases = measured_breakdown(run, Grouping::phase))
      add_step(*phases, result);
    return result;
  }
  const Breakdown* epochs = measured_breakdown(run, Grouping::epoch);
  if (unit == "epoch" && epochs && !epochs->rows.empty()) {
    result.images = epoch_images;
    result.units = static_cast<double>(epochs->rows.size());
    for (const auto& row : epochs->rows) add(row, 1.0 / result.units, result);
    return result;
  }
  const Breakdown* whole = measured_breakdown(run, Grouping::run);
  if (!whole) return result;
  const double epochs_run = static_cast<double>(std::max<std::int64_t>(1, work.epochs));
  result.units = unit == "run" ? 1 : epochs_run;
  result.images = unit == "run" ? epoch_images * epochs_run : epoch_images;
  add(whole->total, 1 / result.units, result);
  return result;
}

}  // namespace erg
