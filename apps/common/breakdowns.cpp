// SPDX-License-Identifier: Apache-2.0
#include "breakdowns.h"

#include <algorithm>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/maintenance.h"

namespace erg {
namespace {

bool has_spans(const Run& run, SpanKind kind) {
  return std::ranges::any_of(run.parts, [kind](const Part& part) {
    return std::ranges::find(part.spans.kinds(), kind) != part.spans.kinds().end();
  });
}

bool has_blocks(const Run& run, bool of_layers) {
  return std::ranges::any_of(run.parts, [of_layers](const Part& part) {
    return std::ranges::any_of(part.blocks, [of_layers](const Block& block) {
      return !of_layers || block.repetitions > 0;
    });
  });
}

// More parts than one that did work: not only `erg run` and the program under it.
bool several_ranks(const Run& run) { return std::ranges::count_if(run.parts, does_work) > 1; }

struct Wanted {
  Grouping by;
  AttributionMethod method = AttributionMethod::timeline;
};

// Of the whole run by its spans; and of one step by its blocks, where it has any.
std::vector<Wanted> wanted_of(const Run& run) {
  std::vector<Wanted> wanted{{Grouping::run}, {Grouping::device}};
  if (has_spans(run, SpanKind::epoch)) wanted.push_back({Grouping::epoch});
  if (has_spans(run, SpanKind::phase)) wanted.push_back({Grouping::phase});
  if (has_blocks(run, false)) wanted.push_back({Grouping::phase, AttributionMethod::designs});
  if (has_spans(run, SpanKind::layer)) wanted.push_back({Grouping::layer});
  if (has_blocks(run, true)) wanted.push_back({Grouping::layer, AttributionMethod::designs});
  if (has_spans(run, SpanKind::range)) wanted.push_back({Grouping::range});
  if (several_ranks(run)) {
    wanted.push_back({Grouping::rank});
    wanted.push_back({Grouping::host});
  }
  return wanted;
}

}  // namespace

AttributionOptions attribution_options(const Run& run) {
  AttributionOptions options;
  const auto& network = run.header.environment.workload.network;
  if (!find_in_catalogue(network)) return options;
  for (const auto& layer : count(make_network(network)).layers) {
    options.layer_kinds[layer.name] = layer.kind;
    options.layer_order.push_back(layer.name);
  }
  return options;
}

std::vector<Breakdown> usual_breakdowns(const Run& run) {
  AttributionOptions options = attribution_options(run);
  std::vector<Breakdown> breakdowns;
  for (const auto& [by, method] : wanted_of(run)) {
    options.by = by;
    options.method = method;
    try {
      breakdowns.push_back(attribute(run, options));
    } catch (const AttributionError&) {
      // The run does not hold what this grouping needs: it has one breakdown less.
    }
  }
  return breakdowns;
}

Run load_with_breakdowns(Store& store, RunId id) {
  Run run = store.load(id);
  if (!run.breakdowns.empty()) return run;
  run.breakdowns = usual_breakdowns(run);
  if (run.status == RunStatus::running) return run;
  try {
    for (const auto& breakdown : run.breakdowns) store.save_breakdown(id, breakdown);
  } catch (const StoreError&) {
    // To look at a run is possible where nothing can be written.
  }
  return run;
}

void complete_breakdowns(Store& store, const std::string& url) {
  for (const RunId id : runs_without_breakdowns(url)) {
    std::vector<Breakdown> breakdowns;
    try {
      if (store.status(id) == RunStatus::running) continue;
      breakdowns = usual_breakdowns(store.load(id));
    } catch (const StoreError&) {
      continue;  // a damaged one, which erg db check names, or one that was removed just now
    }
    try {
      for (const auto& breakdown : breakdowns) store.save_breakdown(id, breakdown);
    } catch (const StoreError&) {
      return;
    }
  }
}

}  // namespace erg
