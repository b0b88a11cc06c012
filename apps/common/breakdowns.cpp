// SPDX-License-Identifier: Apache-2.0
#include "breakdowns.h"

#include <algorithm>

#include "erg/catalogue.h"
#include "erg/count.h"

namespace erg {
namespace {

bool has_spans(const Run& run, SpanKind kind) {
  return std::ranges::any_of(run.parts, [kind](const Part& part) {
    return std::ranges::find(part.spans.kinds(), kind) != part.spans.kinds().end();
  });
}

bool has_blocks(const Run& run) {
  return std::ranges::any_of(run.parts, [](const Part& part) { return !part.blocks.empty(); });
}

}  // namespace

AttributionOptions attribution_options(const Run& run) {
  AttributionOptions options;
  const auto& network = run.header.environment.workload.network;
  if (!find_in_catalogue(network)) return options;
  for (const auto& layer : count(make_network(network)).layers) {
    options.layer_kinds[layer.name] = layer.kind;
  }
  return options;
}

std::vector<Breakdown> usual_breakdowns(const Run& run) {
  std::vector<Grouping> groupings{Grouping::run, Grouping::device};
  if (has_spans(run, SpanKind::epoch)) groupings.push_back(Grouping::epoch);
  if (has_spans(run, SpanKind::phase) || has_blocks(run)) groupings.push_back(Grouping::phase);
  if (has_spans(run, SpanKind::layer)) groupings.push_back(Grouping::layer);
  if (has_spans(run, SpanKind::range)) groupings.push_back(Grouping::range);

  AttributionOptions options = attribution_options(run);
  std::vector<Breakdown> breakdowns;
  for (const auto by : groupings) {
    options.by = by;
    try {
      breakdowns.push_back(attribute(run, options));
    } catch (const AttributionError&) {
      // The run does not hold what this grouping needs: it has one breakdown less.
    }
  }
  return breakdowns;
}

}  // namespace erg
