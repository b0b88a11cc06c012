// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

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
    json["rows"].push_back(std::move(entry));
  }
  if (!one.reasons.empty()) json["reasons"] = one.reasons;
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
  return out;
}

void tell(const ImportReport& report) {
  for (const auto& one : report.warnings) {
    warn(fmt::format("{}: {} x {}: {}", one.path, one.count, one.name, one.detail));
  }
}

// NVML beside a meter. Empty where the folder is none.
std::optional<Run> meter_trace(const std::string& folder) {
  ImportReport report;
  const auto items = discover(ImportFormat::meter_trace, folder, {}, report);
  if (items.empty()) return std::nullopt;
  Run run = collect_run(items.front(), {}, report);
  tell(report);
  return run;
}

// The logs of several tools in one folder, whichever are there.
std::vector<Run> logs_in(const std::string& folder) {
  std::vector<Run> runs;
  ImportReport report;
  for (const auto format :
       {ImportFormat::nvidia_smi, ImportFormat::powermetrics, ImportFormat::codecarbon}) {
    ImportReport not_told;  // that a file is of another format
    for (const auto& item : discover(format, folder, {}, not_told)) {
      const bool emissions = item.path.filename().string().find("emissions") != std::string::npos;
      if (emissions != (format == ImportFormat::codecarbon)) continue;
      try {
        runs.push_back(collect_run(item, {}, report));
      } catch (const std::exception& error) {
        report.warn("not_read", item.path.string(), 1, error.what());
      }
    }
  }
  tell(report);
  return runs;
}

std::vector<MethodComparison> compare_trace(const MethodsOptions& options) {
  const Seconds polling{options.polling_s};
  if (const auto run = meter_trace(options.trace)) {
    auto all = compare_methods(*run, polling);
    if (!options.gain_from.empty() && !all.empty()) {
      const auto other = meter_trace(options.gain_from);
      const auto gains = other ? compare_methods(*other, polling) : std::vector<MethodComparison>{};
      if (gains.empty()) throw std::runtime_error{options.gain_from + " is no trace with a meter"};
      correct_gain(all.front(), gains.front());
    }
    return all;
  }
  if (!options.gain_from.empty()) {
    throw std::runtime_error{options.trace + " has no meter (PMD_data.bin) to judge a gain by"};
  }
  const auto runs = logs_in(options.trace);
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
  const auto all =
      options.trace.empty() ? compare_stored(commands, options) : compare_trace(options);
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
