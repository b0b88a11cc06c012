// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "console.h"
#include "erg/numbers.h"
#include "number_checks.h"
#include "optional_json.h"
#include "study_plan.h"
#include "study_runner.h"
#include "study_summary.h"
#include "subcommands.h"
#include "subprogram.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct StudyOptions {
  std::string file;
  std::int64_t most = 0;
  bool dry_run = false;
  bool small = false;
  bool restart = false;
  bool again = false;
  bool json = false;
  bool quiet = false;
};

StudyFile study_of(const StudyOptions& options) {
  auto study = read_study(options.file);
  check_networks(study, options.file);
  if (!options.small) return study;
  study = miniature(std::move(study));
  const auto given = [](double value) { return value > 0; };
  if (!std::ranges::any_of(study.power_caps_w, given) &&
      !std::ranges::any_of(study.sm_clocks_mhz, given)) {
    return study;
  }
  try {
    power_limits();
  } catch (const std::exception&) {
    warn("no card here whose power can be limited: the caps are left out");
    study.power_caps_w = {0};
    study.sm_clocks_mhz = {0};
  }
  return study;
}

// What is ahead: trainings that the store has no result of.
struct Plan {
  TextTable table{
      {{"training"}, {"state"}, {"time", Align::right}, {"energy", Align::right}, {"estimate"}}};
  nlohmann::ordered_json cells = nlohmann::ordered_json::array();
  Seconds time{0};
  Joules energy{0};
  std::int64_t ahead = 0;
  std::int64_t unknown = 0;
  std::int64_t impossible = 0;
};

void add(Plan& plan, const Training& training, const Forecast& forecast, CellState state) {
  const bool ahead = state == CellState::open || state == CellState::leased;
  if (ahead) {
    ++plan.ahead;
    if (!forecast.impossible.empty()) {
      ++plan.impossible;
    } else if (!forecast.time) {
      ++plan.unknown;
    }
    plan.time += forecast.time.value_or(Seconds{0});
    plan.energy += forecast.energy.value_or(Joules{0});
  }
  const std::string from =
      forecast.impossible.empty() ? forecast.from : "impossible: " + forecast.impossible;
  plan.table.add({training.name(), std::string{to_string(state)},
                  forecast.time ? text(*forecast.time) : "-",
                  forecast.energy ? text(*forecast.energy) : "-", from});
  nlohmann::ordered_json one{{"name", training.name()}, {"state", to_string(state)}};
  one["time_s"] = json_of(forecast.time);
  one["energy_j"] = json_of(forecast.energy);
  one["estimate"] = from;
  plan.cells.push_back(std::move(one));
}

int dry_run(const StudyFile& study, const Store& store, bool json) {
  const auto there = store.cells(study.name);
  const StudyForecast forecasts{store};
  Plan plan;
  for (const auto& training : trainings_of(study)) {
    const auto cell = std::ranges::find(there, training.name(), &StudyCell::name);
    add(plan, training, forecasts.of(study, training),
        cell == there.end() ? CellState::open : cell->state);
  }
  plan.time += (study.cool_down + study.warm_up) * static_cast<double>(plan.ahead);
  if (json) {
    nlohmann::ordered_json all{{"study", study.name}, {"ahead", plan.ahead}};
    all["time_s"] = plan.time.count();
    all["energy_j"] = plan.energy.value();
    all["without_estimate"] = plan.unknown;
    all["impossible"] = plan.impossible;
    all["trainings"] = plan.cells;
    print(all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return 0;
  }
  print(plan.table.text(stdout_style()));
  print(fmt::format("{} trainings ahead: {} and {} estimated", plan.ahead, text(plan.time),
                    text(plan.energy)));
  if (plan.unknown > 0) print(fmt::format("; {} of them without an estimate", plan.unknown));
  if (plan.impossible > 0) print(fmt::format("; {} impossible", plan.impossible));
  print("\n");
  return 0;
}

void reopen_failed(const StudyFile& study, Store& store) {
  for (const auto& cell : store.cells(study.name)) {
    if (cell.state == CellState::failed) store.reopen_cell(study.name, cell.name);
  }
}

void print_summary(const StudyFile& study, const Store& store, bool json) {
  const auto cells = store.cells(study.name);
  print(json ? study_summary_json(study, cells) : study_summary_text(study, cells, stdout_style()));
}

int run(const Commands& commands, const StudyOptions& options) {
  const auto study = study_of(options);
  const auto store = store_to_write(commands);
  if (options.dry_run) return dry_run(study, *store, options.json);
  StudyPlace place{store_url_of(commands), find_erg_train(), options.most, options.quiet};
  if (place.trainer.empty()) {
    throw std::runtime_error{
        "a study needs erg-train, which is not here: it is built where LibTorch is found (run "
        "scripts/setup and build again)"};
  }
  if (options.restart) store->remove_study(study.name);
  if (options.again) reopen_failed(study, *store);
  StudyRunner runner{study, *store, place};
  const int status = runner.run();
  if (stderr_style() == TextStyle::terminal) inform("\r\x1b[K");
  print_summary(study, *store, options.json);
  if (status != 0) {
    inform("erg: stopped; the same command goes on from here\n");
    return status;
  }
  return runner.failed() > 0 ? 1 : 0;
}

int show(const Commands& commands, const StudyOptions& options) {
  print_summary(study_of(options), *store_of(commands), options.json);
  return 0;
}

void add_small(CLI::App& app, StudyOptions& options) {
  app.add_flag("--small", options.small,
               "In miniature, to see that all of it runs: two steps each, on the CPU, made images");
}

}  // namespace

void add_study(Commands& commands) {
  auto& group = commands.add_group("study", "A matrix of trainings, repeated and compared");
  const auto options = std::make_shared<StudyOptions>();
  auto& runner = commands.add(
      group, "run",
      "Run a study's trainings, or go on with them; several processes may share one store",
      "erg study run studies/batch_size.toml --dry-run\n  erg study run studies/batch_size.toml\n\n"
      "Ctrl-C ends the training after its step; the same command goes on where it stopped. Exit "
      "status 1: a training failed\n(out of memory and a time limit are results).",
      [&commands, options] { return run(commands, *options); });
  runner.add_option("FILE", options->file, "The study: TOML (docs/formats/studies.md)")
      ->required()
      ->type_name("");
  runner.add_flag("--dry-run", options->dry_run,
                  "Show the plan: trainings, estimated time, energy");
  add_small(runner, *options);
  runner.add_option("--limit", options->most, "At most so many trainings, then stop")
      ->check(more_than(0));
  runner.add_flag("--restart", options->restart, "Forget what the store has of it; runs stay");
  runner.add_flag("--again", options->again, "Also those that failed before");
  runner.add_flag("--json", options->json, "The plan or the summary as JSON");
  runner.add_flag("-q,--quiet", options->quiet, "No progress");

  auto& shower = commands.add(group, "show", "What a study gave so far: medians, 95 % intervals",
                              "erg study show studies/batch_size.toml",
                              [&commands, options] { return show(commands, *options); });
  shower.add_option("FILE", options->file, "The study")->required()->type_name("");
  add_small(shower, *options);
  shower.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
