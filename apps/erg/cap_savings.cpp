// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cap_plot.h"
#include "cap_source.h"
#include "cap_text.h"
#include "console.h"
#include "erg/cap_budget.h"
#include "erg/file_writer.h"
#include "erg/numbers.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct SavingsOptions {
  std::vector<std::string> sweeps;
  std::string plot;
  double samples = 0;
  bool combine = false;
  bool json = false;
};

const SavingRow& least(const std::vector<SavingRow>& rows) {
  return *std::ranges::min_element(rows, {},
                                   [](const SavingRow& row) { return row.point.energy.value; });
}

std::string value_or_dash(const std::optional<double>& value) {
  return value ? number(*value) : "-";
}

std::optional<double> joules_per_sample(const SavingRow& row) {
  if (!row.energy_per_sample) return std::nullopt;
  return in_si(*row.energy_per_sample);
}

std::string table_text(CapKind kind, const std::vector<SavingRow>& rows) {
  TextTable table{{{cap_heading(kind), Align::right},
                   {"energy", Align::right},
                   {"saving", Align::right},
                   {"time", Align::right},
                   {"slower", Align::right},
                   {"power", Align::right},
                   {"J/sample", Align::right},
                   {"images/J", Align::right},
                   {"images/s", Align::right}}};
  for (const auto& row : rows) {
    std::string saving = fmt::format("{:.1f} %", 100 * row.energy_saving);
    if (row.energy_saving_u > 0) {
      saving = fmt::format("{:.1f} ± {:.1f} %", 100 * row.energy_saving, 100 * row.energy_saving_u);
    }
    table.add({cap_text(kind, row.point.cap), joules_text(row.point.energy), saving,
               seconds_text(row.point.time), change_text(row.slowdown), text(row.point.power),
               value_or_dash(joules_per_sample(row)), value_or_dash(row.samples_per_joule),
               value_or_dash(row.samples_per_second)});
  }
  return table.text(stdout_style());
}

// No card draws so much under a cap: what is stored is not what was measured, or not of that cap.
void warn_of_power(const StoredSweep& sweep) {
  const auto over = std::ranges::count_if(
      sweep.curve.points, [](const CapPoint& point) { return point.power > 1.5 * point.cap; });
  if (over == 0 || sweep.curve.kind == CapKind::clock) return;
  warn(
      fmt::format("{}: power_above_cap: {} of {} caps with more than 1.5 times the cap as mean "
                  "power: the figures cannot be right",
                  plain_text(sweep.name), over, sweep.curve.points.size()));
}

void print_sweep(const StoredSweep& sweep) {
  const auto rows = saving_table(sweep.curve);
  const SavingRow& best = least(rows);
  print(fmt::format("{}: energy and time of one {}{}\n", plain_text(sweep.name), sweep.curve.unit,
                    sweep.phases_only ? ", energy of the training phases" : ""));
  print(table_text(sweep.curve.kind, rows));
  const auto& low = best.point;
  const auto& high = rows.back().point;
  print(fmt::format("least energy at {}: {} against {} at {}, {}, time {}\n",
                    cap_text(sweep.curve.kind, low.cap), joules_text(low.energy),
                    joules_text(high.energy), cap_text(sweep.curve.kind, high.cap),
                    change_text(-best.energy_saving), change_text(best.slowdown)));
  if (sweep.epochs > 1) {
    print(fmt::format("a run of {:.0f} epochs: {:.2f} J against {:.2f} J\n", sweep.epochs,
                      sweep.epochs * in_si(low.energy.value),
                      sweep.epochs * in_si(high.energy.value)));
  }
  print("\n");
}

void write_row(JsonWriter& json, const StoredSweep& sweep, const SavingRow& row) {
  const double epochs = sweep.epochs;
  json.begin_object();
  write_point(json, sweep.curve.kind, row.point);
  if (epochs > 0) {
    json.member("run_energy_j", epochs * in_si(row.point.energy.value));
    json.member("run_time_s", epochs * row.point.time.value.count());
  }
  json.member("energy_saving", row.energy_saving).member("energy_saving_u", row.energy_saving_u);
  json.member("slowdown", row.slowdown);
  json.member("energy_per_sample_j", joules_per_sample(row));
  json.member("samples_per_joule", row.samples_per_joule);
  json.member("samples_per_second", row.samples_per_second).end_object();
}

void write_sweep(JsonWriter& json, const StoredSweep& sweep) {
  const auto rows = saving_table(sweep.curve);
  json.begin_object().member("sweep", sweep.name).member("device", sweep.curve.device);
  json.member("unit", sweep.curve.unit).member("epochs", sweep.epochs);
  json.member("phases_only", sweep.phases_only);
  json.key("least");
  write_row(json, sweep, least(rows));
  json.key("highest");
  write_row(json, sweep, rows.back());
  json.key("rows").begin_array();
  for (const auto& row : rows) write_row(json, sweep, row);
  json.end_array().end_object();
}

// Of more than can be told apart, the combined one alone, where there is one.
void plot(const std::vector<StoredSweep>& sweeps, bool with_combined, const std::string& file) {
  constexpr std::size_t kMost = 8;
  std::vector<CapCurve> curves;
  for (const auto& sweep : sweeps) curves.push_back(sweep.curve);
  if (with_combined && curves.size() > kMost) curves = {curves.back()};
  const bool alike = std::ranges::all_of(
      curves, [&](const CapCurve& curve) { return curve.kind == curves.front().kind; });
  if (curves.size() > kMost || !alike) {
    throw UsageError{fmt::format(
        "--plot draws at most {} sweeps, of caps or of clocks: name those that are meant", kMost)};
  }
  replace_file(file, cap_plot_svg(curves));
}

int savings(const Commands& commands, const SavingsOptions& options) {
  const auto store = store_of(commands);
  auto sweeps = stored_sweeps(*store, options.sweeps, !options.sweeps.empty());
  if (sweeps.empty()) sweeps = {one_sweep(*store, options.sweeps)};  // says what there is
  if (options.sweeps.empty() && sweeps.size() <= 8) sweeps = stored_sweeps(*store, {}, true);
  for (auto& sweep : sweeps) {
    if (options.samples > 0) sweep.curve.samples_per_unit = options.samples;
  }
  for (const auto& sweep : sweeps) warn_of_power(sweep);
  if (options.combine) sweeps.push_back(combined(sweeps));
  if (!options.plot.empty()) plot(sweeps, options.combine, options.plot);
  if (options.json) {
    JsonWriter json{2};
    json.begin_array();
    for (const auto& sweep : sweeps) write_sweep(json, sweep);
    print(json.end_array().take() + "\n");
    return 0;
  }
  for (const auto& sweep : sweeps) print_sweep(sweep);
  return 0;
}

}  // namespace

void add_cap_savings(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<SavingsOptions>();
  auto& command = commands.add(
      group, "savings", "What each cap of a sweep saves against the highest",
      "erg cap savings alexnet --plot savings.svg\n\nWithout a name: every sweep of the store, "
      "those that erg import brought included.",
      [&commands, options] { return savings(commands, *options); });
  command.add_option("SWEEP", options->sweeps, "Names of sweeps, or parts of them")->type_name("");
  command.add_flag("--combine", options->combine,
                   "Also all of them as one, at the caps they share");
  command.add_option("--samples", options->samples, "Images of one epoch or run, where not known")
      ->check(more_than(0));
  command
      .add_option("--plot", options->plot,
                  "Draw energy, time, power and images per joule into this SVG file")
      ->type_name("FILE");
  command.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
