// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "console.h"
#include "energy_methods.h"
#include "erg/numbers.h"
#include "erg/store.h"
#include "subcommands.h"
#include "trace_folder.h"
#include "trace_levels.h"

namespace erg {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

struct MethodsOptions {
  std::vector<std::string> runs;
  std::string trace;
  std::string gain_from;
  double polling_s = 1;
  bool json = false;
};

double error_of(const MethodEnergy& row, const MethodComparison& of) {
  return of.energy.value() == 0 ? 0 : row.energy / of.energy - 1;
}

Json form(const MethodComparison& one) {
  Json json;
  json["device"] = one.device;
  json["reference"] = one.reference;
  json["reference_j"] = one.energy.value();
  json["time_s"] = one.time.count();
  json["rows"] = Json::array();
  for (const auto& row : one.rows) {
    Json entry;
    entry["method"] = row.method;
    entry["energy_j"] = row.energy.value();
    entry["error"] = error_of(row, one);
    if (row.time) entry["time_s"] = row.time->count();
    json["rows"].push_back(std::move(entry));
  }
  if (!one.reasons.empty()) json["reasons"] = one.reasons;
  if (!one.notes.empty()) json["notes"] = one.notes;
  return json;
}

std::string table_of(const MethodComparison& one, TextStyle style) {
  TextTable table{{{one.device},
                   {"energy", Align::right},
                   {"kWh", Align::right},
                   {"difference", Align::right}}};
  const auto kwh = [](Joules energy) { return fmt::format("{:.6f}", energy.value() / 3.6e6); };
  table.add({one.reference, text(one.energy), kwh(one.energy), "reference"});
  for (const auto& row : one.rows) {
    table.add({row.method, text(row.energy), kwh(row.energy),
               fmt::format("{:+.2f} %", 100 * error_of(row, one))});
  }
  std::string out = table.text(style);
  for (const auto& reason : one.reasons) out += "reason: " + plain_text(reason) + "\n";
  for (const auto& note : one.notes) out += "note: " + plain_text(note) + "\n";
  return out;
}

Json form(const ImportReport& report) {
  Json list = Json::array();
  for (const auto& one : report.warnings) {
    list.push_back(
        {{"name", one.name}, {"path", one.path}, {"count", one.count}, {"detail", one.detail}});
  }
  return list;
}

std::vector<MethodComparison> compare_trace(const MethodsOptions& options,
                                            std::vector<TraceLevel>& levels, ImportReport& report) {
  const Seconds polling{options.polling_s};
  if (const auto run = meter_trace(options.trace, report)) {
    auto all = compare_methods(*run, polling);
    std::optional<Run> other;
    if (!options.gain_from.empty() && !all.empty()) {
      other = meter_trace(options.gain_from, report);
      const auto gains = other ? compare_methods(*other, polling) : std::vector<MethodComparison>{};
      if (gains.empty()) throw std::runtime_error{options.gain_from + " is no trace with a meter"};
      correct_gain(all.front(), gains.front());
    }
    levels = trace_levels(*run, other);
    return all;
  }
  if (!options.gain_from.empty()) {
    throw std::runtime_error{options.trace + " has no meter (PMD_data.bin) to judge a gain by"};
  }
  const auto runs = logs_in(options.trace, report);
  if (runs.empty()) {
    throw std::runtime_error{options.trace +
                             " is no trace: gpudata.csv and PMD_data.bin are wanted, or logs of "
                             "nvidia-smi, powermetrics and CodeCarbon"};
  }
  return runs.size() == 1 ? compare_methods(runs.front(), polling)
                          : compare_recordings(runs, polling);
}

std::vector<MethodComparison> compare_stored(const Commands& commands,
                                             const MethodsOptions& options) {
  const auto store = store_of(commands);
  std::vector<Run> runs;
  for (const auto& word : options.runs) runs.push_back(store->load(store->find(word)));
  const Seconds polling{options.polling_s};
  return runs.size() == 1 ? compare_methods(runs.front(), polling)
                          : compare_recordings(runs, polling);
}

int show(const Commands& commands, const MethodsOptions& options) {
  if (options.runs.empty() == options.trace.empty()) {
    throw UsageError{"name recordings: RUN... or --trace DIR"};
  }
  if (!options.gain_from.empty() && options.trace.empty()) {
    throw UsageError{"--gain-from goes with --trace DIR"};
  }
  std::vector<TraceLevel> levels;
  ImportReport report;
  std::vector<MethodComparison> all;
  try {
    all = options.trace.empty() ? compare_stored(commands, options)
                                : compare_trace(options, levels, report);
  } catch (...) {
    tell(report);  // what is missing, before what follows from it
    throw;
  }
  tell(report);
  if (all.empty()) throw std::runtime_error{"nothing in this recording measured energy or power"};
  std::string out;
  if (options.json && !options.trace.empty()) {
    Json json = form(all.front());
    json["devices"] = Json::array();
    for (const auto& one : all) json["devices"].push_back(form(one));
    if (!levels.empty()) json["loads"] = form(levels);
    json["warnings"] = form(report);
    out = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  } else if (options.json) {
    Json list = Json::array();
    for (const auto& one : all) list.push_back(form(one));
    out = list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  } else {
    for (const auto& one : all) out += (out.empty() ? "" : "\n") + table_of(one, stdout_style());
    if (!levels.empty()) out += "\n" + table_of(levels, stdout_style());
  }
  print(out);
  return 0;
}

}  // namespace

void add_methods(Commands& commands) {
  const auto options = std::make_shared<MethodsOptions>();
  auto& methods = commands.add(
      "methods",
      "One recording as every measuring method would have seen it, or several side by side",
      "erg methods last --polling 0.1", [&commands, options] { return show(commands, *options); });
  methods
      .add_option(
          "RUN", options->runs,
          "Its id, the beginning of it, its name, or 'last'; several: the same work seen by "
          "several tools")
      ->type_name("");
  methods
      .add_option("--trace", options->trace,
                  "Instead: a folder with gpudata.csv (NVML) and PMD_data.bin (a meter), or with "
                  "logs of nvidia-smi, powermetrics and CodeCarbon")
      ->type_name("DIR");
  methods
      .add_option("--gain-from", options->gain_from,
                  "With --trace: also each method divided by the gain it has in this folder, a "
                  "trace of the same card")
      ->type_name("DIR");
  methods.add_option("--polling", options->polling_s, "How often a polling script would ask")
      ->check(CLI::Range(0.001, 3600.0))
      ->type_name("SECONDS")
      ->capture_default_str();
  methods.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
