// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "carbon_options.h"
#include "carbon_summary.h"
#include "console.h"
#include "erg/json_writer.h"
#include "erg/numbers.h"
#include "erg/store.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct CarbonArguments {
  std::vector<std::string> runs;
  double energy_kwh = -1;
  double hours = 0;
  CarbonOptions grid;
  double market = -1;
  double embodied_kg = 0;
  double lifetime_years = 4;
  double share = 1;
  double units = 0;
  bool list = false;
  bool equivalents = false;
  bool json = false;
};

struct Work {
  std::string name;
  Joules energy;
  Seconds time{0};
  std::optional<UtcTime> start;  // empty: nobody said when
};

std::vector<Work> works_of(const Commands& commands, const CarbonArguments& arguments) {
  std::vector<Work> works;
  if (arguments.energy_kwh >= 0) {
    works.push_back(
        {"given", kilowatt_hours(arguments.energy_kwh), Seconds{3600 * arguments.hours}, {}});
    return works;
  }
  if (arguments.runs.empty()) {
    throw UsageError{"of what? erg carbon RUN..., or --energy-kwh N, or --list"};
  }
  const auto store = store_of(commands);
  const auto all = store->list();
  for (const auto& word : arguments.runs) {
    const RunId id = store->find(word);
    const auto run = std::ranges::find(all, id, &RunSummary::id);
    if (run == all.end()) continue;
    if (!run->energy) {
      throw std::runtime_error{"run " + word + " has no energy: nothing measured power"};
    }
    works.push_back({run->name, run->energy->value, run->time.value_or(Seconds{0}), run->start});
  }
  return works;
}

Footprint footprint_of(const std::vector<Work>& works, const CarbonArguments& arguments,
                       const GridChoice& grid) {
  Footprint result;
  result.pue = arguments.grid.pue;
  if (arguments.market >= 0) result.market_g_per_kwh = arguments.market;
  const Embodied embodied{1000 * arguments.embodied_kg,
                          Seconds{arguments.lifetime_years * 31557600}, arguments.share};
  double weighted = 0;
  for (const auto& work : works) {
    const auto length = std::chrono::duration_cast<Nanoseconds>(work.time);
    weighted += work.energy.value() *
                (work.start ? grid.over(*work.start, *work.start + length) : grid.g_per_kwh);
    result.energy += work.energy;
    result.embodied_g += embodied_g(embodied, work.time);
  }
  result.location_g_per_kwh =
      result.energy.value() > 0 ? weighted / result.energy.value() : grid.g_per_kwh;
  return result;
}

std::string text_of(const Footprint& it, const CarbonArguments& arguments, const GridChoice& grid) {
  std::string text = fmt::format("energy           {:.6g} kWh, PUE {}\n", it.energy.value() / 3.6e6,
                                 number(it.pue));
  text += fmt::format("location-based   {:.5g} g CO2e, {:.4g} g/kWh: {}\n",
                      it.operational_location_g(), it.location_g_per_kwh, grid.source);
  if (const auto market = it.operational_market_g()) {
    text += fmt::format("market-based     {:.5g} g CO2e, {:.4g} g/kWh of the contract\n", *market,
                        *it.market_g_per_kwh);
  } else {
    text += "market-based     not known: name the contract's intensity (--market G)\n";
  }
  if (arguments.embodied_kg > 0) {
    text += fmt::format("embodied         {:.5g} g CO2e, of {:.5g} kg over {:.3g} years\n",
                        it.embodied_g, arguments.embodied_kg, arguments.lifetime_years);
  }
  text += fmt::format("total            {:.5g} g CO2e (location-based{})\n", it.total_g(),
                      arguments.embodied_kg > 0 ? ", with the embodied share" : "");
  if (arguments.units > 0) {
    text += fmt::format("SCI              {:.5g} g CO2e for each of {:.6g} units\n",
                        software_carbon_intensity(it, arguments.units), arguments.units);
  }
  if (arguments.equivalents) {
    for (const auto& one : equivalents(it.total_g())) {
      text += fmt::format("as much as       {:.3g} {} ({})\n", one.amount, one.what, one.basis);
    }
  }
  return text;
}

std::string json_of(const Footprint& it, const CarbonArguments& arguments, const GridChoice& grid) {
  JsonWriter out{2};
  out.begin_object().member("energy_j", it.energy.value());
  out.member("energy_kwh", it.energy.value() / 3.6e6).member("pue", it.pue);
  out.member("intensity_g_per_kwh", it.location_g_per_kwh).member("intensity_source", grid.source);
  out.member("table_version", grid_table_version());
  out.member("location_based_g", it.operational_location_g());
  out.member("market_based_g", it.operational_market_g());
  out.member("market_intensity_g_per_kwh", it.market_g_per_kwh);
  out.member("embodied_g", it.embodied_g).member("total_g", it.total_g());
  out.member("functional_units",
             arguments.units > 0 ? std::optional{arguments.units} : std::nullopt);
  out.member("sci_g_per_unit", arguments.units > 0
                                   ? std::optional{software_carbon_intensity(it, arguments.units)}
                                   : std::nullopt);
  if (arguments.equivalents) {
    out.key("equivalents").begin_array();
    for (const auto& one : equivalents(it.total_g())) {
      out.begin_object().member("what", one.what).member("amount", one.amount);
      out.member("basis", one.basis).end_object();
    }
    out.end_array();
  }
  out.end_object();
  return out.take() + "\n";
}

int list_grids(const CarbonArguments& arguments) {
  if (arguments.json) {
    JsonWriter out{2};
    out.begin_object().member("version", grid_table_version()).key("zones").begin_array();
    for (const auto& row : grid_table()) {
      out.begin_object().member("zone", row.zone).member("name", row.name);
      out.member("letters", row.letters);
      out.member("g_per_kwh", row.g_per_kwh).member("year", row.year);
      out.member("source", row.source).end_object();
    }
    out.end_array().end_object();
    print(out.take() + "\n");
    return 0;
  }
  TextTable table{{{"zone"}, {"name"}, {"g/kWh", Align::right}, {"year"}, {"source"}}};
  for (const auto& row : grid_table()) {
    table.add({std::string{row.zone}, std::string{row.name}, number(row.g_per_kwh),
               std::to_string(row.year), std::string{row.source}});
  }
  print(fmt::format("table {}\n", grid_table_version()) + table.text(stdout_style()));
  return 0;
}

int show(const Commands& commands, const CarbonArguments& arguments) {
  if (arguments.list) return list_grids(arguments);
  const GridChoice grid = grid_choice(arguments.grid);
  const auto works = works_of(commands, arguments);
  const Footprint footprint = footprint_of(works, arguments, grid);
  print(arguments.json ? json_of(footprint, arguments, grid) : text_of(footprint, arguments, grid));
  return 0;
}

}  // namespace

void add_carbon(Commands& commands) {
  const auto arguments = std::make_shared<CarbonArguments>();
  auto& app =
      commands.add("carbon", "CO2 equivalent of runs, or of an energy",
                   "erg carbon last --zone DE --pue 1.3\n  erg carbon summary --by month,tag --csv",
                   [&commands, arguments] { return show(commands, *arguments); });
  app.add_option("RUN", arguments->runs, "Ids, names, or 'last'")->type_name("");
  app.add_option("--energy-kwh", arguments->energy_kwh, "Of this energy instead of runs")
      ->check(at_least(0));
  app.add_option("--hours", arguments->hours, "How long that took, for the embodied share")
      ->check(at_least(0));
  add_grid_options(app, arguments->grid);
  app.add_option("--market", arguments->market,
                 "Intensity of the contract, g/kWh: the market-based figure of Scope 2")
      ->check(at_least(0))
      ->type_name("G");
  app.add_option("--embodied-kg", arguments->embodied_kg, "CO2e of the machine's making")
      ->check(at_least(0));
  app.add_option("--lifetime-years", arguments->lifetime_years, "Over which it is shared out")
      ->check(more_than(0))
      ->capture_default_str();
  app.add_option("--share", arguments->share, "Of the machine that was reserved")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--units", arguments->units,
                 "Functional units (epochs, images, users): the SCI is for each of them")
      ->check(more_than(0));
  app.add_flag("--equivalents", arguments->equivalents, "Also in kilometres by car and by train");
  app.add_flag("--list", arguments->list, "The grids of the table, with their sources");
  app.add_flag("--json", arguments->json, "As JSON");
  add_carbon_summary(commands, app);
}

}  // namespace erg
