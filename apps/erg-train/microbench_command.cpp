// SPDX-License-Identifier: Apache-2.0
#include "microbench_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "console.h"
#include "erg/catalogue.h"
#include "erg/energy_model.h"
#include "erg/scoped_span.h"
#include "erg/store.h"
#include "erg/summary.h"
#include "interrupts.h"
#include "microbench_run.h"
#include "number_checks.h"
#include "profiler.h"
#include "train_options.h"

namespace erg {
namespace {

struct Options {
  std::string device = "cpu";
  std::string precision = "fp32";
  double seconds = 120;
  std::string name;
  std::vector<std::string> check;  // networks to measure and predict afterwards
  std::int64_t check_batch = 64;
  double check_seconds = 50;
  bool json = false;
};

Session begin(const Commands& commands, const Options& options,
              const std::vector<std::string>& command) {
  SessionOptions session;
  session.store_url = commands.store_url();
  session.name = "calibration";
  session.environment.command = command;
  session.environment.versions = workload_versions();
  session.environment.workload.network = "microbenchmarks";
  session.environment.workload.precision = options.precision;
  return Session{std::move(session)};
}

std::string device_name(const Run& run, const std::string& id) {
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      if (device.id == id) return device.name.empty() ? device.id : device.name;
    }
  }
  return id;
}

TargetModel fit_one(const Observations& table, Target target) {
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const std::vector<ModelSpec> specs{model_spec("physical")};
  check(table, target);
  TargetModel model;
  model.model = "physical";
  model.regressor = fit(specs.front(), table, rows, target);
  const auto validation = validate(specs, table, rows, target, {Scheme::Kind::families});
  model.scheme = validation.scheme;
  model.scores = validation.scores;
  model.error = error_factor(table, rows, validation.predicted, target);
  return model;
}

EnergyModel learn(const Observations& table, const std::string& device, const Options& options) {
  EnergyModel model;
  model.name =
      options.name.empty() ? "calibration " + device + " " + options.precision : options.name;
  model.scope.device = device;
  model.scope.precision = options.precision;
  model.scope.unit = "step";
  model.training.source = table.source;
  model.training.digest = table.digest();
  model.training.rows = table.rows.size();
  for (const auto& row : table.rows) model.training.networks.push_back(row.network);
  const bool measured =
      std::ranges::all_of(table.rows, [](const auto& row) { return row.energy.has_value(); });
  if (measured) {
    model.energy = fit_one(table, Target::energy);
  } else {
    warn("nothing measured the power of " + device +
         ": the calibration tells times only (erg sensors says why)");
  }
  model.time = fit_one(table, Target::time);
  return model;
}

std::vector<MeasuredStep> measure_all(Session& session, const std::vector<Microbench>& benches,
                                      const Options& options, double seconds,
                                      std::stop_token stop) {
  TrainingOptions training;
  training.device = options.device;
  training.precision = precision_from(options.precision);
  training.optimizer.learning_rate = 0;
  std::vector<MeasuredStep> steps;
  const Seconds each{seconds / static_cast<double>(benches.size())};
  for (std::size_t i = 0; i < benches.size() && !stop.stop_requested(); ++i) {
    const auto name = benches[i].network.name();
    try {
      steps.push_back(measure_step(session, benches[i], training, each, stop));
      inform(fmt::format("{}/{} {}\n", i + 1, benches.size(), name));
    } catch (const TrainingError& error) {
      warn(name + " is left out: " + error.what());
    }
  }
  return steps;
}

std::vector<Microbench> to_check(const Options& options) {
  std::vector<Microbench> all;
  for (const auto& name : options.check) {
    all.push_back({"check", make_network(name), options.check_batch});
  }
  return all;
}

// One line a network, then the medians.
void report_check(const EnergyModel& model, const Observations& measured) {
  std::vector<double> energy;
  std::vector<double> time;
  TextTable table{{{"network"},
                   {"J a step"},
                   {"predicted"},
                   {"error"},
                   {"ms a step"},
                   {"predicted"},
                   {"error"}}};
  for (const auto& row : measured.rows) {
    std::vector<std::string> cells{row.network, "-", "-", "-", "-", "-", "-"};
    const auto put = [&](const std::optional<TargetModel>& target, Target what, std::size_t cell,
                         double by, std::vector<double>& errors) {
      const auto value = row.value(what);
      if (!target || !value) return;
      const double predicted = target->regressor->at(row);
      errors.push_back(std::abs(predicted / *value - 1));
      cells[cell] = fmt::format("{:.4g}", by * *value);
      cells[cell + 1] = fmt::format("{:.4g}", by * predicted);
      cells[cell + 2] = fmt::format("{:+.1f} %", 100 * (predicted / *value - 1));
    };
    put(model.energy, Target::energy, 1, 1, energy);
    put(model.time, Target::time, 4, 1000, time);
    table.add(cells);
  }
  print(table.text(stdout_style()));
  const auto say = [](const char* what, const std::vector<double>& errors) {
    if (!errors.empty())
      print(fmt::format("median error of {}: {:.1f} %\n", what, 100 * median(errors)));
  };
  say("energy", energy);
  say("time", time);
}

std::string text_of(const EnergyModel& model) {
  std::string text = "calibration of " + model.scope.device + ", stored as '" + model.name + "'\n";
  for (const auto* target : {&model.energy, &model.time}) {
    if (!*target) continue;
    const bool energy = target == &model.energy;
    text += fmt::format("{}: {:.1f} % mean error on kinds of layers left out\n",
                        energy ? "energy" : "time", 100 * (*target)->scores.mape);
    for (const auto& one : (*target)->regressor->coefficients()) {
      text += fmt::format("  {} = {:.4g} {}\n", one.name, one.value, one.unit);
    }
  }
  return text;
}

int calibrate(const Commands& commands, const Options& options,
              const std::vector<std::string>& command) {
  const Interrupts interrupts;
  Session session = begin(commands, options, command);
  for (const auto& note : session.notes()) warn(note);
  std::optional<ScopedSpan> whole{std::in_place, &session.spans(), "run", SpanKind::run};
  const auto benches = microbenchmarks(options.device != "cpu");
  auto steps = measure_all(session, benches, options, options.seconds, interrupts.token());
  const auto count = steps.size();
  if (!options.check.empty() && count > 0) {
    auto more =
        measure_all(session, to_check(options), options, options.check_seconds, interrupts.token());
    std::ranges::move(more, std::back_inserter(steps));
  }
  whole.reset();
  const bool stopped = interrupts.token().stop_requested();
  const Run run = session.finish(stopped ? RunStatus::interrupted : RunStatus::finished, 0);
  if (stopped || count == 0) throw TrainingError{"the calibration did not come to its end"};
  const std::string id = steps.front().blocks.front().device;
  const std::vector<MeasuredStep> seen{steps.begin(),
                                       steps.begin() + static_cast<std::ptrdiff_t>(count)};
  const std::vector<MeasuredStep> unseen{steps.begin() + static_cast<std::ptrdiff_t>(count),
                                         steps.end()};
  const Observations table = steps_of(run, seen, options.precision);
  const EnergyModel model = learn(table, device_name(run, id), options);
  session.store().save_document({std::string{document_kind::kModel}, model.name, model.json(), {}});
  print(options.json ? model.json() : text_of(model));
  if (!unseen.empty()) report_check(model, steps_of(run, unseen, options.precision));
  return 0;
}

}  // namespace

void add_microbench(Commands& commands, const std::vector<std::string>& command) {
  const auto options = std::make_shared<Options>();
  auto& app = commands.add(
      "microbench",
      "Short microbenchmarks of this device, and a model of it (erg predict calibrate)",
      "erg predict calibrate --device cuda",
      [&commands, &command, options] { return calibrate(commands, *options, command); });
  app.add_option("--device", options->device, "cpu, cuda, cuda:N")->capture_default_str();
  app.add_option("--precision", options->precision, "fp32, tf32, bf16, fp16")
      ->capture_default_str();
  app.add_option("--seconds", options->seconds, "How long the microbenchmarks may take")
      ->check(at_least(5))
      ->capture_default_str();
  app.add_option("--name", options->name, "Of the model");
  app.add_option("--check", options->check,
                 "Then measure the steps of these networks, and show how far off the model is")
      ->delimiter(',');
  app.add_option("--check-batch", options->check_batch, "Their batch")
      ->check(at_least(1))
      ->capture_default_str();
  app.add_option("--check-seconds", options->check_seconds, "For all of them")
      ->check(more_than(0))
      ->capture_default_str();
  app.add_flag("--json", options->json, "The model as JSON");
}

}  // namespace erg
