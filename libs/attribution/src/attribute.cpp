// SPDX-License-Identifier: Apache-2.0
#include "erg/attribute.h"

#include <cmath>

#include <algorithm>

#include "classes.h"
#include "erg/design_solve.h"
#include "regression.h"
#include "timeline_method.h"

namespace erg {

std::string_view to_string(AttributionMethod method) {
  switch (method) {
    case AttributionMethod::automatic:
      return "automatic";
    case AttributionMethod::timeline:
      return "timeline";
    case AttributionMethod::designs:
      return "designs";
    case AttributionMethod::regression:
      return "regression";
  }
  return "unknown";
}

std::optional<AttributionMethod> attribution_method_from(std::string_view word) {
  for (const auto method : {AttributionMethod::automatic, AttributionMethod::timeline,
                            AttributionMethod::designs, AttributionMethod::regression}) {
    if (word == to_string(method)) return method;
  }
  return std::nullopt;
}

namespace {

// Its blocks tell the classes apart.
bool wants_designs(const Run& run, Grouping by) {
  const bool layers = by == Grouping::layer || by == Grouping::layer_kind;
  if (by != Grouping::phase && !layers) return false;
  return std::ranges::any_of(run.parts, [layers](const Part& part) {
    return std::ranges::any_of(
        part.blocks, [layers](const Block& block) { return !layers || block.repetitions > 0; });
  });
}

std::optional<double> samples_of(const Run& run, const Breakdown& breakdown) {
  const auto batch = static_cast<double>(run.header.environment.workload.batch);
  if (batch <= 0) return std::nullopt;
  if (breakdown.method == "designs") return batch;
  std::size_t steps = 0;
  for (const Part& part : run.parts) {
    for (SpanIndex i = 0; i < part.spans.size(); ++i) {
      const bool step = part.spans.kinds()[i] == SpanKind::step;
      steps += step && part.spans.clocks()[i] == SpanClock::host ? 1 : 0;
    }
  }
  return steps > 0 ? std::optional{batch * static_cast<double>(steps)} : std::nullopt;
}

Breakdown by_method(const Run& run, const AttributionOptions& options) {
  switch (options.method) {
    case AttributionMethod::designs:
      return solve_designs(run, options);
    case AttributionMethod::regression:
      return attribution::by_regression(run, options);
    case AttributionMethod::automatic:
      if (wants_designs(run, options.by)) return solve_designs(run, options);
      [[fallthrough]];
    default:
      return attribution::by_timeline(run, options);
  }
}

}  // namespace

Breakdown attribute(const Run& run, const AttributionOptions& options) {
  Breakdown breakdown = by_method(run, options);
  breakdown.samples = samples_of(run, breakdown);
  return breakdown;
}

bool does_work(const Part& part) {
  return std::ranges::any_of(part.spans.kinds(),
                             [](SpanKind kind) { return kind != SpanKind::run; });
}

std::optional<EnergyEstimate> above_idle(const BreakdownRow& row, Watts idle) {
  if (!row.energy || !row.time) return std::nullopt;
  EnergyEstimate above = *row.energy;
  above.value -= idle * row.time->value;
  // The gain is of the sensor that saw both, so it stays the same share of what is left.
  return above;
}

}  // namespace erg
