// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "console.h"
#include "energy_methods.h"
#include "erg/importer.h"
#include "erg/numbers.h"
#include "erg/store.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

struct MethodsOptions {
  std::string run;
  std::string trace;
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
    json["rows"].push_back(std::move(entry));
  }
  return json;
}

std::string table_of(const MethodComparison& one, TextStyle style) {
  TextTable table{{{one.device}, {"energy", Align::right}, {"difference", Align::right}}};
  table.add({one.reference, text(one.energy), "reference"});
  for (const auto& row : one.rows) {
    table.add({row.method, text(row.energy), fmt::format("{:+.2f} %", 100 * error_of(row, one))});
  }
  return table.text(style);
}

Run recording(const Commands& commands, const MethodsOptions& options) {
  if (options.trace.empty()) {
    const auto store = store_of(commands);
    return store->load(store->find(options.run));
  }
  ImportReport report;
  const auto items = discover(ImportFormat::meter_trace, options.trace, {}, report);
  if (items.empty()) {
    throw std::runtime_error{options.trace +
                             " is no trace: gpudata.csv and PMD_data.bin are wanted"};
  }
  Run run = collect_run(items.front(), {}, report);
  for (const auto& one : report.warnings) {
    warn(fmt::format("{}: {} x {}: {}", one.path, one.count, one.name, one.detail));
  }
  return run;
}

int show(const Commands& commands, const MethodsOptions& options) {
  if (options.run.empty() == options.trace.empty()) {
    throw UsageError{"name one recording: RUN or --trace DIR"};
  }
  const auto all = compare_methods(recording(commands, options), Seconds{options.polling_s});
  if (all.empty()) throw std::runtime_error{"nothing in this recording measured energy or power"};
  std::string out;
  if (options.json && !options.trace.empty()) {
    out = form(all.front()).dump(2) + "\n";
  } else if (options.json) {
    Json list = Json::array();
    for (const auto& one : all) list.push_back(form(one));
    out = list.dump(2) + "\n";
  } else {
    for (const auto& one : all) out += (out.empty() ? "" : "\n") + table_of(one, stdout_style());
  }
  print(out);
  return 0;
}

}  // namespace

void add_methods(Commands& commands) {
  const auto options = std::make_shared<MethodsOptions>();
  auto& methods = commands.add(
      "methods", "One recording as every measuring method would have seen it",
      "erg methods last --polling 0.1", [&commands, options] { return show(commands, *options); });
  methods.add_option("RUN", options->run, "Its id, the beginning of it, its name, or 'last'")
      ->type_name("");
  methods
      .add_option("--trace", options->trace,
                  "Instead: a folder with gpudata.csv (NVML) and PMD_data.bin (a meter)")
      ->type_name("DIR");
  methods.add_option("--polling", options->polling_s, "How often a polling script would ask")
      ->check(CLI::Range(0.001, 3600.0))
      ->type_name("SECONDS")
      ->capture_default_str();
  methods.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
