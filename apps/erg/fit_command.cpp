// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <set>

#include "console.h"
#include "erg/effects.h"
#include "erg/file_writer.h"
#include "erg/least_squares.h"
#include "erg/suggest.h"
#include "fit_effects.h"
#include "fit_report.h"
#include "fit_table.h"
#include "fit_work.h"
#include "number_checks.h"
#include "run_filter.h"
#include "subcommands.h"

namespace erg {
namespace {

struct FitOptions {
  TableOptions table;
  std::string model = "auto";
  std::string target = "both";
  std::vector<std::string> features;
  std::string validate;
  std::string test;
  std::string name;
  std::string file;
  std::string by;
  bool predictions = false;
  bool json = false;
};

using Rows = std::vector<std::size_t>;

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) all.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

// Rows of the test set, behind those of the training: of another file, of a filter of runs, or
// named in a list. They take part in no choice.
Rows add_test_rows(const Commands& commands, const FitOptions& options, Observations& table) {
  Rows test;
  if (options.test.empty()) return test;
  const auto append = [&](const Observations& more) {
    if (more.features != table.features) {
      throw FitError{"the test set has other columns than the training set"};
    }
    for (const auto& row : more.rows) {
      test.push_back(table.rows.size());
      table.rows.push_back(row);
    }
  };
  TableOptions other = options.table;
  if (options.table.csv.empty()) {
    other.where = options.test;
    append(table_from_runs(*store_of(commands), other));
  } else if (options.test.ends_with(".csv")) {
    other.csv = options.test;
    append(table_from_csv(other));
  } else {
    for (const auto& name : words(options.test)) {
      const auto before = test.size();
      for (std::size_t i = 0; i < table.rows.size(); ++i) {
        if (table.rows[i].label == name || table.rows[i].network == name) test.push_back(i);
      }
      if (test.size() > before) continue;
      std::vector<std::string_view> labels;
      for (const auto& row : table.rows) labels.push_back(row.label);
      throw UsageError{"--test: no row is called '" + name + "'" + suggestion(name, labels)};
    }
  }
  return test;
}

Rows all_but(std::size_t count, const Rows& left_out) {
  const std::set<std::size_t> out{left_out.begin(), left_out.end()};
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    if (!out.contains(i)) rows.push_back(i);
  }
  return rows;
}

Scheme default_scheme(const Observations& table, const Rows& rows) {
  const auto different = [&](std::string Observation::*member) {
    std::set<std::string> names;
    for (const auto row : rows) names.insert(table.rows[row].*member);
    return names.size();
  };
  if (different(&Observation::family) >= 3) return {Scheme::Kind::families};
  if (different(&Observation::network) >= 3) return {Scheme::Kind::networks};
  return {Scheme::Kind::k_fold, std::clamp<std::size_t>(rows.size(), 2, 10)};
}

FitReport fit_target(const Observations& table, const Rows& train, const Rows& test, Target target,
                     const FitOptions& options) {
  FitReport report;
  report.target = target;
  const auto specs = candidates(options.model, table, options.features);
  const Scheme scheme = options.validate.empty() || options.validate == "none"
                            ? default_scheme(table, train)
                            : scheme_from(options.validate);
  const ModelSpec spec = choose(specs, table, train, target, scheme);
  report.model.model = spec.name;
  report.model.regressor = fit(spec, table, train, target);
  for (const auto row : train) report.fitted.push_back(report.model.regressor->at(table.rows[row]));
  report.training = score(table, train, report.fitted, target);
  if (options.validate != "none") {
    try {
      report.validation = validate(specs, table, train, target, scheme);
    } catch (const FitError& error) {
      if (!options.validate.empty()) throw;
      report.trouble = std::string{"not validated: "} + error.what();
    }
  }
  if (report.validation) {
    report.model.scheme = report.validation->scheme;
    report.model.scores = report.validation->scores;
    report.model.error = error_factor(table, train, report.validation->predicted, target);
  }
  for (const auto row : test) report.tested.push_back(report.model.regressor->at(table.rows[row]));
  if (!test.empty()) report.test = score(table, test, report.tested, target);
  return report;
}

template <class Value>
std::vector<Value> different(std::vector<Value> values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  return values;
}

// What the training rows have in common; empty where they differ.
void describe(EnergyModel& model, const Observations& table, const Rows& rows) {
  std::vector<std::string> devices, precisions;
  std::vector<double> images;
  for (const auto index : rows) {
    const Observation& row = table.rows[index];
    devices.push_back(row.device);
    precisions.push_back(row.precision);
    images.push_back(row.images);
    if (!row.input.empty()) model.scope.inputs.push_back(row.input);
    if (row.batch > 0) model.scope.batches.push_back(row.batch);
    model.training.networks.push_back(row.network.empty() ? row.label : row.network);
  }
  const auto common = [](auto values) {
    values = different(values);
    using Value = typename decltype(values)::value_type;
    return values.size() == 1 ? values.front() : Value{};
  };
  model.scope.device = common(devices);
  model.scope.precision = common(precisions);
  model.scope.images_per_unit = common(images);
  model.scope.inputs = different(model.scope.inputs);
  model.scope.batches = different(model.scope.batches);
  model.scope.unit = table.unit;
  model.training.networks = different(model.training.networks);
  model.training.rows = rows.size();
  model.training.source = table.source;
  Observations trained = table;
  trained.rows.clear();
  for (const auto row : rows) trained.rows.push_back(table.rows[row]);
  model.training.digest = trained.digest();
  model.features = table.features;
}

std::vector<Target> targets_of(const FitOptions& options, const Observations& table) {
  const auto has = [&](Target target) {
    return std::ranges::any_of(table.rows,
                               [&](const auto& row) { return row.value(target).has_value(); });
  };
  std::vector<Target> targets;
  if (options.target == "rate") return {Target::rate};
  if (options.target != "time" && (options.target == "energy" || has(Target::energy))) {
    targets.push_back(Target::energy);
  }
  if (options.target != "energy" && (options.target == "time" || has(Target::time))) {
    targets.push_back(Target::time);
  }
  if (targets.empty()) {
    throw UsageError{
        "the table has neither energy nor time: name their columns (--columns "
        "energy=COLUMN --columns time=COLUMN)"};
  }
  return targets;
}

void keep(const Commands& commands, const FitOptions& options, const EnergyModel& model) {
  if (!options.file.empty()) {
    replace_file(options.file, model.json());
    inform("model written to " + options.file + "\n");
  }
  if (!options.name.empty()) {
    Document document{std::string{document_kind::kModel}, options.name, model.json(), {}};
    store_to_write(commands)->save_document(document);
    inform("model stored as '" + options.name + "'; erg predict --model " + options.name + "\n");
  }
}

int show_effects(const Observations& table, const FitOptions& options) {
  const Property property = property_from(options.by);
  for (const auto target : targets_of(options, table)) check(table, target);
  const auto all = effects(table, property);
  print(options.json ? effects_json(all, property, table)
                     : effects_text(all, property, table.unit));
  return 0;
}

int fit_models(const Commands& commands, const FitOptions& options) {
  if (options.target == "rate" && !(options.name.empty() && options.file.empty())) {
    throw UsageError{"a model of a rate is shown, not kept: keep one of the time (--target time)"};
  }
  Observations table = options.table.csv.empty()
                           ? table_from_runs(*store_of(commands), options.table)
                           : table_from_csv(options.table);
  if (!options.by.empty()) return show_effects(table, options);
  const auto count = table.rows.size();
  const Rows test = add_test_rows(commands, options, table);
  if (options.target == "rate") add_rates(table);
  const Rows train = all_but(count, test);
  if (train.empty()) throw UsageError{"--test leaves no row to train on"};
  EnergyModel model;
  model.name = options.name.empty() ? options.model : options.name;
  describe(model, table, train);
  std::vector<FitReport> reports;
  for (const auto target : targets_of(options, table)) {
    check(table, target);
    reports.push_back(fit_target(table, train, test, target, options));
  }
  print(options.json ? fit_json(table, model, train, test, reports)
                     : fit_text(table, model, train, test, reports, options.predictions));
  for (auto& report : reports) {
    (report.target == Target::energy ? model.energy : model.time) = std::move(report.model);
  }
  keep(commands, options, model);
  return 0;
}

}  // namespace

void add_fit(Commands& commands) {
  const auto options = std::make_shared<FitOptions>();
  auto& app = commands.add(
      "fit", "Learn energy and time of training from measured runs, and how far to trust it",
      "erg fit --where \"device=H100\" --model physical --validate leave-one-family-out --name "
      "h100",
      [&commands, options] { return fit_models(commands, *options); });
  add_table_options(app, options->table);
  app.add_option("--model", options->model,
                 "macs, macs+parameters, linear, polynomial:DEGREE, polynomial:auto, trees, "
                 "physical, or auto: the best of them by validation")
      ->capture_default_str();
  app.add_option("--features", options->features, "Of linear, polynomial and trees")
      ->delimiter(',');
  app.add_option("--target", options->target,
                 "energy, time, both, or rate: multiply-accumulates a second, shown and not kept")
      ->check(CLI::IsMember({"energy", "time", "both", "rate"}))
      ->capture_default_str();
  app.add_option("--validate", options->validate,
                 "leave-one-network-out, leave-one-family-out, k-fold:K, none (default: by family "
                 "where there are three)");
  app.add_option(
         "--test", options->test,
         "A test set that no choice touches: a filter of runs, a CSV file, or names of rows")
      ->type_name("RUNS");
  app.add_option("--by", options->by,
                 "Fit nothing: show what one property does while all else is equal: branches, "
                 "structure (residual against plain), device, data, batch, precision, cap")
      ->type_name("PROPERTY");
  app.add_option("-n,--name", options->name, "Store the model under this name");
  app.add_option("-o,--output", options->file, "Write the model to this file")->type_name("FILE");
  app.add_flag("--predictions", options->predictions, "A line for each row, too");
  app.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
