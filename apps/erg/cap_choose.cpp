// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "cap_runner.h"
#include "cap_source.h"
#include "cap_text.h"
#include "console.h"
#include "erg/cap_choice.h"
#include "erg/numbers.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct ChooseOptions {
  CapSourceOptions source;
  std::string slowdown;
  std::string eta;
  double tariff = 0;
  double machine_price = 0;
  bool pareto = false;
  bool evaluate = false;
  bool verify = false;
  std::string device;
  bool json = false;
};

// What one run under the chosen cap took.
struct Verified {
  Joules energy;
  Seconds time;
  double epochs = 1;
};

CapObjective objective_of(const ChooseOptions& options) {
  CapObjective objective;
  if (!options.slowdown.empty()) {
    objective.max_slowdown = share_from(options.slowdown, "--slowdown");
  }
  const bool money = options.tariff > 0 || options.machine_price > 0;
  if (!options.eta.empty()) {
    if (money) throw UsageError{"--eta or --tariff, not both"};
    objective.kind = CapObjective::Kind::zeus_cost;
    objective.eta = share_from(options.eta, "--eta");
    if (objective.eta > 1) throw UsageError{"--eta lies between 0 (time) and 1 (energy)"};
  } else if (money) {
    if (options.tariff <= 0) throw UsageError{"--machine-price needs --tariff, too"};
    objective.kind = CapObjective::Kind::money;
    objective.price_per_kwh = options.tariff;
    objective.price_per_hour = options.machine_price;
  }
  return objective;
}

const char* name_of(CapObjective::Kind kind) {
  switch (kind) {
    case CapObjective::Kind::energy:
      return "energy";
    case CapObjective::Kind::zeus_cost:
      return "zeus_cost";
    case CapObjective::Kind::money:
      return "money";
  }
  return "";
}

void write_score(JsonWriter& json, const ProbeScore& score) {
  json.member("configurations", score.configurations);
  json.member("excess_energy_mean", score.excess_energy_mean);
  json.member("excess_energy_worst", score.excess_energy_worst);
  json.member("time_error_mean", score.time_error_mean);
  json.member("time_error_median", score.time_error_median);
  json.member("time_error_p95", score.time_error_p95);
  json.member("interval_coverage", score.interval_coverage);
}

void print_scores_json(const std::vector<ProbeScore>& scores, std::size_t probes) {
  JsonWriter json{2};
  json.begin_object().member("probes", probe_rule(probes)).member("probe_count", probes);
  write_score(json, scores.back());
  json.key("by_device").begin_array();
  for (std::size_t i = 0; i + 1 < scores.size(); ++i) {
    json.begin_object().member("device", scores[i].device);
    write_score(json, scores[i]);
    json.end_object();
  }
  print(json.end_array().end_object().take() + "\n");
}

int evaluate(const Commands& commands, const ChooseOptions& options) {
  const std::size_t probes = options.source.probes > 0 ? options.source.probes : 4;
  const auto store = store_of(commands);
  std::vector<CapCurve> curves;
  for (const auto& sweep :
       stored_sweeps(*store, options.source.sweep, !options.source.sweep.empty())) {
    if (sweep.imported || !options.source.sweep.empty()) curves.push_back(sweep.curve);
  }
  const auto scores = score_probes(curves, probes);
  if (scores.back().configurations == 0) {
    throw std::runtime_error{
        fmt::format("no imported sweep has more than {} caps in {}: erg import zeus brings some",
                    probes, store->url())};
  }
  if (options.json) {
    print_scores_json(scores, probes);
    return 0;
  }
  TextTable table{{{"device"},
                   {"configurations", Align::right},
                   {"excess energy", Align::right},
                   {"worst", Align::right},
                   {"time error", Align::right},
                   {"median", Align::right},
                   {"95 %", Align::right},
                   {"in interval", Align::right}}};
  const auto share = [](double value) { return fmt::format("{:.2f} %", 100 * value); };
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto& score = scores[i];
    if (i + 1 == scores.size()) table.rule();
    table.add({score.device.empty() ? "all" : score.device, std::to_string(score.configurations),
               share(score.excess_energy_mean), share(score.excess_energy_worst),
               share(score.time_error_mean), share(score.time_error_median),
               share(score.time_error_p95), share(score.interval_coverage)});
  }
  print(fmt::format("from {} probes ({}), against the full sweeps:\n", probes, probe_rule(probes)));
  print(table.text(stdout_style()));
  return 0;
}

// The command of the sweep's runs, where none is given.
std::vector<std::string> command_of(const Commands& commands, const CapSource& source) {
  const auto store = store_of(commands);
  const auto run = find_tagged(*store, {{cap_tag::kSweep, source.name}});
  if (!run)
    throw UsageError{"--verify needs the command: erg cap choose SWEEP --verify -- COMMAND"};
  return store->load(run->id).header.environment.command;
}

Verified verify(const Commands& commands, const ChooseOptions& options, const CapSource& source,
                Watts cap, std::vector<std::string> command) {
  if (command.empty()) command = command_of(commands, source);
  const CapKind kind = source.curve.kind;
  const auto card = card_to_cap(options.device, kind);
  must_be_in_range(card, cap);
  const std::map<std::string, std::string> tags{
      {"verifies", source.name}, {tag_of(kind), cap_word(cap)}, {kCapDeviceTag, card.device}};
  int status = 0;
  try {
    PowerLimiter limiter{card.device};
    set_cap(limiter, kind, cap);
    status =
        run_measured(store_url_of(commands), "verify " + source.name, card.device, tags, command);
    limiter.give_back();
  } catch (const LimitRefused& refused) {
    throw std::runtime_error{words_of(refused)};
  }
  if (status != 0) {
    throw std::runtime_error{fmt::format("the command ended with {} under the cap", status)};
  }
  const auto store = store_of(commands);
  const auto run = find_tagged(*store, tags);
  if (!run) throw std::runtime_error{"the run that verifies is not in the store"};
  const auto conditions = conditions_of(store->load(run->id), card.device, kind, cap);
  if (!conditions.energy || !run->time) {
    throw std::runtime_error{"the run that verifies has no energy of the card"};
  }
  const double epochs = source.curve.unit == "epoch" && run->workload.epochs > 0
                            ? static_cast<double>(run->workload.epochs)
                            : 1;
  return {*conditions.energy / epochs, *run->time / epochs, epochs};
}

void write_choice(JsonWriter& json, const CapSource& source, const CapObjective& objective,
                  const CapChoice& choice) {
  json.member("sweep", source.name).member("device", source.curve.device);
  json.member("unit", source.curve.unit).member("method", source.fit.method);
  write_probes(json, source.curve.kind, source.probes);
  json.member("objective", name_of(objective.kind)).member("cost", choice.cost);
  write_point(json, source.curve.kind, choice.point);
  json.member("energy_saving", 1 - choice.point.energy.value / choice.highest.energy.value);
  json.member("slowdown", choice.point.time.value / choice.highest.time.value - 1);
  json.member("doubt", choice.doubt).key("highest").begin_object();
  write_point(json, source.curve.kind, choice.highest);
  json.end_object().key("pareto").begin_array();
  for (const auto& point : pareto_front(source.curve)) {
    json.begin_object();
    write_point(json, source.curve.kind, point);
    json.end_object();
  }
  json.end_array();
}

void print_front(const CapCurve& curve) {
  TextTable table{
      {{cap_heading(curve.kind), Align::right}, {"time", Align::right}, {"energy", Align::right}}};
  for (const auto& point : pareto_front(curve)) {
    table.add(
        {cap_text(curve.kind, point.cap), seconds_text(point.time), joules_text(point.energy)});
  }
  print("no cap is both faster and cheaper than one of these (± one standard uncertainty):\n" +
        table.text(stdout_style()));
}

void print_choice(const CapSource& source, const CapObjective& objective, const CapChoice& choice) {
  const auto& point = choice.point;
  const auto& high = choice.highest;
  print(fmt::format("{} ({}): {}\n", plain_text(source.name), source.fit.method,
                    cap_text(source.curve.kind, point.cap)));
  print(probes_text(source.curve.kind, source.probes));
  print(fmt::format("one {}: {} and {}, against {} and {} at {}: energy {}, time {}\n",
                    source.curve.unit, joules_text(point.energy), seconds_text(point.time),
                    joules_text(high.energy), seconds_text(high.time),
                    cap_text(source.curve.kind, high.cap),
                    change_text(point.energy.value / high.energy.value - 1),
                    change_text(point.time.value / high.time.value - 1)));
  if (objective.kind == CapObjective::Kind::money) {
    print(fmt::format("cost of one {}: {:.4g}\n", source.curve.unit, choice.cost));
  }
  if (choice.doubt > 0.05) {
    print(
        fmt::format("another cap may be better: with probability {:.0f} %\n", 100 * choice.doubt));
  }
}

int choose(const Commands& commands, const ChooseOptions& options,
           const std::vector<std::string>& measured) {
  const CapObjective objective = objective_of(options);
  if (options.evaluate) return evaluate(commands, options);
  const CapSource source = cap_source(commands, options.source);
  const auto choice = choose_cap(source.curve, objective);
  if (!choice) throw std::runtime_error{"the curve has no point"};
  std::optional<Verified> verified;
  if (options.verify) {
    verified = verify(commands, options, source, choice->point.cap, measured);
  }
  const double energy_ratio = verified ? verified->energy / choice->point.energy.value : 1;
  const double time_ratio = verified ? verified->time / choice->point.time.value : 1;
  if (options.json) {
    JsonWriter json{2};
    json.begin_object();
    write_choice(json, source, objective, *choice);
    if (verified) {
      json.key("verified").begin_object().member("energy_j", in_si(verified->energy));
      json.member("time_s", verified->time.count()).member("energy_error", energy_ratio - 1);
      json.member("time_error", time_ratio - 1).end_object();
    }
    print(json.end_object().take() + "\n");
    return 0;
  }
  print_choice(source, objective, *choice);
  if (options.pareto) print_front(source.curve);
  if (verified) {
    print(fmt::format("verified by one run: {} ({}) and {} ({})\n", text(verified->energy),
                      change_text(energy_ratio - 1), text(verified->time),
                      change_text(time_ratio - 1)));
  }
  return 0;
}

}  // namespace

void add_cap_choose(Commands& commands, CLI::App& group, const std::vector<std::string>& measured) {
  const auto options = std::make_shared<ChooseOptions>();
  auto& command = commands.add(
      group, "choose", "The best cap of a sweep, of a few probes, or of a saved model",
      "erg cap choose alexnet --slowdown 5%\n"
      "erg cap choose alexnet --from-probes 4 --pareto\n"
      "erg cap choose --from-probes 4 --evaluate --json",
      [&commands, &measured, options] { return choose(commands, *options, measured); });
  add_source_options(command, options->source);
  command
      .add_option("--slowdown", options->slowdown,
                  "Least energy within so much more time than the fastest: 5%")
      ->type_name("SHARE");
  command
      .add_option("--eta", options->eta,
                  "Zeus' cost: eta x energy + (1 - eta) x highest power x time")
      ->type_name("SHARE");
  command.add_option("--tariff", options->tariff, "Least money, at this price of a kWh")
      ->check(more_than(0))
      ->type_name("PRICE");
  command.add_option("--machine-price", options->machine_price, "and this price of an hour")
      ->check(more_than(0))
      ->type_name("PRICE");
  command.add_flag("--pareto", options->pareto, "Also the caps that no other beats in both");
  command.add_flag("--verify", options->verify,
                   "Run once under the chosen cap: the sweep's command, or the one behind --");
  command.add_option("--device", options->device, "--verify: on this card");
  command.add_flag("--evaluate", options->evaluate,
                   "How well the choice from --from-probes does on all imported sweeps");
  command.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
