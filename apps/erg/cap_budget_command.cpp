// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <time.h>

#include <ctime>

#include "cap_source.h"
#include "cap_text.h"
#include "console.h"
#include "erg/cap_budget.h"
#include "erg/carbon.h"
#include "erg/decimal.h"
#include "erg/host_clock.h"
#include "erg/numbers.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct BudgetOptions {
  CapSourceOptions source;
  double epochs_at_highest = 0;
  double kwh = 0;
  double grams = 0;
  double money = 0;
  double intensity = world_default().g_per_kwh;
  double tariff = 0;
  double epochs = 0;
  std::string deadline;
  bool json = false;
};

UtcTime utc_now() {
  return std::chrono::time_point_cast<UtcTime::duration>(std::chrono::system_clock::now());
}

// "2026-12-01" (its beginning), "2026-12-01T08:30": from now until then, in UTC.
std::optional<Seconds> until(const std::string& text) {
  std::tm parts{};
  const bool has_time = text.size() == 16;
  const char* const end =
      ::strptime(text.c_str(), has_time ? "%Y-%m-%dT%H:%M" : "%Y-%m-%d", &parts);
  if (!end || *end != '\0' || (!has_time && text.size() != 10)) return std::nullopt;
  const std::chrono::sys_seconds then{std::chrono::seconds{::timegm(&parts)}};
  return Seconds{then - utc_now()};
}

// "36h", "90min", "2d", "3600s": a duration; or the time until a day.
Seconds duration_from(const std::string& text) {
  if (const auto left = until(text)) {
    if (*left <= Seconds{0}) throw UsageError{"--deadline: " + text + " (UTC) has passed"};
    return *left;
  }
  const auto unit = text.find_first_not_of("0123456789.eE+-");
  const auto value = parse_number(text.substr(0, unit));
  const std::string word = unit == std::string::npos ? "s" : text.substr(unit);
  const double seconds = word == "s"     ? 1
                         : word == "min" ? 60
                         : word == "h"   ? 3600
                         : word == "d"   ? 86400
                                         : 0;
  if (!value || !(*value > 0) || seconds == 0 || !(*value * seconds < 1e11)) {
    throw UsageError{
        fmt::format("--deadline: '{}' is no time such as 36h, 90min, 2d or 2026-12-01T08:00",
                    plain_text(text))};
  }
  return Seconds{*value * seconds};
}

Joules budget_of(const BudgetOptions& options, const CapCurve& curve) {
  const int given = (options.epochs_at_highest > 0) + (options.kwh > 0) + (options.grams > 0) +
                    (options.money > 0);
  if (given != 1) {
    throw UsageError{
        "say what there is to spend, once: --epochs-at-highest N, --kwh N, --co2 GRAMS or "
        "--money N; or --epochs N --deadline TIME for the reverse"};
  }
  if (options.kwh > 0) return kilowatt_hours(options.kwh);
  if (options.grams > 0) return budget_of_carbon(options.grams, options.intensity);
  if (options.money > 0) {
    if (options.tariff <= 0) throw UsageError{"--money needs --tariff, the price of a kWh"};
    return budget_of_money(options.money, options.tariff);
  }
  return budget_of_units_at_highest(curve, options.epochs_at_highest);
}

std::string end_text(UtcTime now, Seconds duration) {
  if (duration > Seconds{3e9}) return "-";
  return utc_short(now + std::chrono::duration_cast<UtcTime::duration>(duration));
}

void write_source(JsonWriter& json, const CapSource& source) {
  json.member("source", source.name).member("device", source.curve.device);
  json.member("method", source.fit.method).member("unit", source.curve.unit);
}

void print_rows_json(const CapSource& source, Joules budget, const std::vector<BudgetRow>& rows,
                     UtcTime now) {
  JsonWriter json{2};
  json.begin_object();
  write_source(json, source);
  json.member("budget_j", in_si(budget)).key("rows").begin_array();
  for (const auto& row : rows) {
    json.begin_object();
    write_cap(json, source.curve.kind, row.cap);
    json.member("epochs", row.units);
    json.member("whole_epochs", row.whole_units);
    json.member("energy_j", in_si(row.energy.value));
    json.member("energy_u_j", in_si(row.energy.independent_u));
    json.member("time_s", in_si(row.time.value)).member("spent_j", in_si(row.spent));
    json.member("duration_s", row.duration.count());
    json.member("end",
                row.duration < Seconds{3e9}
                    ? utc_text(now + std::chrono::duration_cast<UtcTime::duration>(row.duration))
                    : std::string{});
    json.end_object();
  }
  print(json.end_array().end_object().take() + "\n");
}

int spend_all(const CapSource& source, const BudgetOptions& options) {
  // The highest cap is the highest measured, also where fewer are asked for.
  const CapCurve highest = curve_at(source.fit, {source.fit.measured.points.back().cap});
  const Joules budget = budget_of(options, highest);
  const auto rows = spend(source.curve, budget);
  const UtcTime now = utc_now();
  if (options.json) {
    print_rows_json(source, budget, rows, now);
    return 0;
  }
  const std::string unit = source.curve.unit;
  TextTable table{{{cap_heading(source.curve.kind), Align::right},
                   {unit + "s", Align::right},
                   {"energy of one", Align::right},
                   {"time of one", Align::right},
                   {"all cost", Align::right},
                   {"all take", Align::right},
                   {"done by (UTC)", Align::right}}};
  for (const auto& row : rows) {
    table.add({cap_text(source.curve.kind, row.cap), fmt::format("{:.0f}", row.whole_units),
               joules_text(row.energy), seconds_text(row.time), text(row.spent), text(row.duration),
               end_text(now, row.duration)});
  }
  print(fmt::format("{}: {} to spend\n", plain_text(source.name), text(budget)));
  print(table.text(stdout_style()));
  return 0;
}

int meet(const CapSource& source, const BudgetOptions& options) {
  if (options.epochs <= 0) throw UsageError{"--deadline needs --epochs, the work to be done"};
  const Seconds deadline =
      options.deadline.empty() ? Seconds{1e11} : duration_from(options.deadline);
  const auto plan = meet_deadline(source.curve, options.epochs, deadline);
  if (!plan) {
    Seconds fastest{1e300};
    for (const auto& point : source.curve.points) fastest = std::min(fastest, point.time.value);
    throw std::runtime_error{fmt::format("no cap does {:.10g} {}s in {}: the fastest takes {}",
                                         options.epochs, source.curve.unit, text(deadline),
                                         text(options.epochs * fastest))};
  }
  if (options.json) {
    JsonWriter json{2};
    json.begin_object();
    write_source(json, source);
    json.member("epochs", options.epochs);
    write_cap(json, source.curve.kind, plan->cap);
    json.member("energy_j", in_si(plan->energy)).member("time_s", plan->duration.count());
    json.member("end", plan->duration < Seconds{3e9}
                           ? utc_text(utc_now() +
                                      std::chrono::duration_cast<UtcTime::duration>(plan->duration))
                           : std::string{});
    json.member("co2_g", plan->energy / kilowatt_hours(1) * options.intensity);
    if (options.tariff > 0) {
      json.member("money", plan->energy / kilowatt_hours(1) * options.tariff);
    }
    print(json.end_object().take() + "\n");
    return 0;
  }
  print(fmt::format("{}: {:.10g} {}s at {}: {} in {}, done by {} (UTC), {:.4g} g CO2e\n",
                    plain_text(source.name), options.epochs, source.curve.unit,
                    cap_text(source.curve.kind, plan->cap), text(plan->energy),
                    text(plan->duration), end_text(utc_now(), plan->duration),
                    plan->energy / kilowatt_hours(1) * options.intensity));
  return 0;
}

int budget(const Commands& commands, const BudgetOptions& options) {
  const bool reverse = options.epochs > 0 || !options.deadline.empty();
  if (!options.deadline.empty()) duration_from(options.deadline);
  const CapSource source = cap_source(commands, options.source);
  return reverse ? meet(source, options) : spend_all(source, options);
}

}  // namespace

void add_cap_budget(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<BudgetOptions>();
  auto& command = commands.add(
      group, "budget", "How many epochs a budget buys at each cap; which cap meets a deadline",
      "erg cap budget alexnet --epochs-at-highest 100\n"
      "erg cap budget alexnet --epochs 50 --deadline 36h\n"
      "erg cap budget alexnet --method polynomial --save alexnet-3060 --kwh 0.1\n"
      "erg cap budget --model alexnet-3060 --co2 500 --caps 40,50,60",
      [&commands, options] { return budget(commands, *options); });
  add_source_options(command, options->source);
  const auto amount = [&](const char* name, double& value, const char* help, const char* type) {
    command.add_option(name, value, help)->check(more_than(0))->type_name(type);
  };
  amount("--epochs-at-highest", options->epochs_at_highest,
         "The energy of so many epochs (or runs) at the highest cap", "N");
  amount("--kwh", options->kwh, "So much energy", "KWH");
  amount("--co2", options->grams, "So much CO2e", "GRAMS");
  amount("--money", options->money, "So much money, at --tariff", "SUM");
  amount("--intensity", options->intensity,
         "Of the grid, g CO2e/kWh (default: the world's mean by the table of erg carbon)", "G");
  amount("--tariff", options->tariff, "Price of a kWh", "PRICE");
  amount("--epochs", options->epochs, "The reverse: energy, time and cap of so many", "N");
  command
      .add_option(
          "--deadline", options->deadline,
          "Within this time: 36h, 90min, 2d, 600s; or by a day: 2026-12-01, 2026-12-01T08:00 (UTC)")
      ->type_name("TIME");
  command.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
