// SPDX-License-Identifier: Apache-2.0
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <span>
#include <sstream>

#include "breakdowns.h"
#include "console.h"
#include "energy_methods.h"
#include "erg/attribute.h"
#include "erg/breakdown_text.h"
#include "erg/dynamic_energy.h"
#include "erg/json_forms.h"
#include "erg/store.h"
#include "erg/suggest.h"
#include "subcommands.h"

namespace erg {
namespace {

struct EnergyOptions {
  std::string run;
  std::string by = "phase";
  std::string method = "automatic";
  std::string device;
  bool json = false;
};

constexpr std::array<std::string_view, 9> kGroupings{
    "run", "epoch", "phase", "layer", "layer_kind", "device", "range", "rank", "host"};
constexpr std::array<std::string_view, 4> kMethods{"automatic", "timeline", "designs",
                                                   "regression"};

std::string nearest_or_all(std::string_view word, std::span<const std::string_view> words) {
  const std::string nearest = suggestion(word, words);
  return nearest.empty() ? fmt::format(": there are {}", fmt::join(words, ", ")) : nearest;
}

std::vector<Grouping> groupings(const std::string& words) {
  std::vector<Grouping> all;
  std::istringstream stream{words};
  for (std::string word; std::getline(stream, word, ',');) {
    const auto grouping = grouping_from(word);
    if (!grouping) {
      throw UsageError{"nothing is grouped by '" + plain_text(word) + "'" +
                       nearest_or_all(word, kGroupings)};
    }
    all.push_back(*grouping);
  }
  if (all.empty()) throw UsageError{"--by names no grouping"};
  return all;
}

bool has_readings(const Run& run) {
  for (const auto& part : run.parts) {
    for (const auto& timeline : part.timelines) {
      if (!timeline.empty()) return true;
    }
  }
  return false;
}

// Devices that no source tells anything of at any time: no total holds what they drew.
std::vector<std::string> notes_of_gaps(const Run& run) {
  std::vector<std::string> notes;
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      std::optional<bool> told;  // empty: was not to be measured
      for (const auto& line : part.timelines) {
        if (line.channel().device != device.id || line.channel().kind == ChannelKind::gauge)
          continue;
        const Timeline* const one = &line;
        const bool only_gaps = !line.gaps().empty() && covered_by_all({&one, 1}).empty();
        told = told.value_or(false) || !only_gaps;
      }
      if (told.value_or(true)) continue;
      notes.push_back(device.id +
                      ": no readings but gaps; its energy is not known, and the total without it");
    }
  }
  return notes;
}

// What would have told what is asked for, where the run has none of it.
std::string hint(const Run& run, const Breakdown& breakdown) {
  if (!breakdown.rows.empty()) return "";
  switch (breakdown.by) {
    case Grouping::layer:
    case Grouping::layer_kind:
      return "this run has no layers: train with erg train ... --instrument layers, or --profile "
             "layers for an error bar to each";
    case Grouping::phase:
      return run.header.environment.workload.network.empty()
                 ? "this run has no phases: erg train has, and --by device tells what any run took"
                 : "this run has no phases: train with --instrument phases";
    case Grouping::epoch:
      return "this run has no epochs: erg train has, and --by device tells what any run took";
    case Grouping::range:
      return "this run has no named ranges: a program that knows Ergometer opens them";
    default:
      return "";
  }
}

int show(const Commands& commands, const EnergyOptions& options) {
  const auto groups = groupings(options.by);
  const auto method = attribution_method_from(options.method);
  if (!method) {
    throw UsageError{"there is no method '" + plain_text(options.method) + "'" +
                     nearest_or_all(options.method, kMethods)};
  }
  const auto store = store_of(commands);
  const Run run = store->load(store->find(options.run));
  AttributionOptions how = attribution_options(run);
  how.method = *method;
  how.device = options.device;
  std::string text = groups.size() > 1 && options.json ? "[\n" : "";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    // What another tool computed came without readings: it can only be shown as it is.
    const Breakdown* stored = has_readings(run) ? nullptr : find_breakdown(run, groups[i]);
    how.by = groups[i];
    Breakdown breakdown = stored ? *stored : attribute(run, how);
    if (auto note = hint(run, breakdown); !note.empty()) breakdown.notes.push_back(std::move(note));
    for (auto& note : notes_of_gaps(run)) breakdown.notes.push_back(std::move(note));
    if (i > 0) text += options.json ? ",\n" : "\n";
    text +=
        options.json ? breakdown_json(run, breakdown) : breakdown_text(breakdown, stdout_style());
  }
  if (!options.json) {
    const std::string above = dynamic_text(run);
    if (!above.empty()) text += "\n" + above;
  }
  print(groups.size() > 1 && options.json ? text + "]\n" : text);
  return 0;
}

}  // namespace

void add_energy(Commands& commands) {
  const auto options = std::make_shared<EnergyOptions>();
  auto& energy =
      commands.add("energy", "Where the energy of a run went", "erg energy last --by phase,epoch",
                   [&commands, options] { return show(commands, *options); });
  energy.add_option("RUN", options->run, "Its id, the beginning of it, its name, or 'last'")
      ->required()
      ->type_name("");
  energy
      .add_option("--by", options->by,
                  "run, epoch, phase, layer, layer_kind, device, range, rank or host; several with "
                  "commas")
      ->capture_default_str();
  energy.add_option("--method", options->method, "automatic, timeline, designs or regression")
      ->capture_default_str();
  energy.add_option("--device", options->device, "Only this device, by its id");
  energy.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
