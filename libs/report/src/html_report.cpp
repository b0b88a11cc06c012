// SPDX-License-Identifier: Apache-2.0
#include "erg/html_report.h"

#include <fmt/format.h>

#include "erg/breakdown_text.h"
#include "erg/dynamic_energy.h"
#include "erg/numbers.h"
#include "html.h"
#include "html_tables.h"
#include "plot.h"
#include "report_style.h"

namespace erg {
namespace {

using html::element;
using html::escaped;

std::string section(std::string_view title, const std::string& content) {
  if (content.empty()) return "";
  return element("section", "", element("h2", "", escaped(title)) + content);
}

std::string plot(const std::string& svg) {
  return svg.empty() ? "" : element("div", "class='wide'", svg);
}

std::string tile(const std::string& value, const std::string& label) {
  return element("div", "class='tile'", "<b>" + value + "</b><span>" + label + "</span>");
}

// Beside the total, never alone; nothing where the run has no energy by device.
std::string dynamic_tile(const Run& run) {
  const auto devices = dynamic_energies(run);
  if (devices.empty()) return "";
  const auto all = dynamic_energy(devices);
  return all ? tile(text(*all), "above idle, " + html::chip(all->provenance))
             : tile("-", "above idle: not known of every device");
}

std::string tiles(const Run& run) {
  const auto* whole = find_breakdown(run, Grouping::run);
  const BreakdownRow total = whole ? whole->total : BreakdownRow{};
  std::string all;
  if (total.energy) {
    all += tile(text(*total.energy), "energy, " + html::chip(total.energy->provenance));
  } else {
    all += tile("-", measured_power(run) ? "energy: too little was measured"
                                         : "energy: nothing measured power");
  }
  all += dynamic_tile(run);
  all += tile(total.time ? text(total.time->value) : "-", "time");
  const auto power = total_power(run);
  all += tile(power ? text(*power) : "-", "mean power");
  if (!run.epochs.empty() && run.epochs.back().test_accuracy) {
    all += tile(percent(*run.epochs.back().test_accuracy), "test accuracy, last epoch");
  }
  return element("div", "class='tiles'", all);
}

std::string subtitle(const Run& run) {
  const Workload& workload = run.header.environment.workload;
  std::string line = std::string{to_string(run.status)};
  if (run.exit_status && *run.exit_status != 0) line += fmt::format(" (exit {})", *run.exit_status);
  if (run.header.start != UtcTime{}) line += ", begun " + utc_short(run.header.start) + " UTC";
  if (!workload.network.empty()) line += ", " + workload.network + " on " + workload.data;
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      if (device.kind == DeviceKind::gpu || device.kind == DeviceKind::cpu) {
        line += ", " + device.name;
      }
    }
  }
  return escaped(line);
}

std::string breakdown_section(const Run& run, Grouping by, std::string_view title) {
  const auto* breakdown = find_breakdown(run, by);
  if (!breakdown || breakdown->rows.empty()) return "";
  const bool bars = by == Grouping::phase || by == Grouping::layer;
  return section(title,
                 (bars ? plot(energy_bars(*breakdown)) : "") + html::breakdown_table(*breakdown));
}

// Of one step, from blocks of step designs.
std::string profile_section(const Run& run, Grouping by, std::string_view title) {
  const auto* profile = find_profile(run, by);
  if (!profile || profile == find_breakdown(run, by)) return "";  // shown already
  return section(title, plot(energy_bars(*profile)) + html::breakdown_table(*profile));
}

std::string run_markup(const Run& run, bool alone) {
  std::string markup = element(
      "header", fmt::format("id='run-{}'", run.header.id.text()),
      element(alone ? "h1" : "h2", "", escaped(run.header.name)) + element("p", "", subtitle(run)));
  markup += tiles(run);
  markup += section("Power over time", plot(power_plot(run)));
  markup += breakdown_section(run, Grouping::phase, "Energy by phase");
  markup += section("Accuracy by epoch", plot(accuracy_plot(run)) + html::epochs_table(run));
  markup += breakdown_section(run, Grouping::epoch, "Energy by epoch");
  markup += breakdown_section(run, Grouping::layer, "Energy by layer");
  markup += profile_section(run, Grouping::phase, "Energy of one step by phase, profiled");
  markup += profile_section(run, Grouping::layer, "Energy of one step by layer, profiled");
  markup += breakdown_section(run, Grouping::device, "Energy by device");
  markup += section("Energy above idle", html::dynamic_table(run));
  markup += breakdown_section(run, Grouping::range, "Energy by named range");
  markup += section("Notes", html::notes_list(run));
  markup += section("How it was read", html::channels_table(run));
  markup += section("Environment", html::environment_list(run));
  return element("div", alone ? "" : "class='run'", markup);
}

}  // namespace

std::string html_report(std::span<const Run> runs) {
  std::string title = "Ergometer";
  for (const auto& run : runs) title += (&run == &runs.front() ? ": " : ", ") + run.header.name;
  const bool alone = runs.size() == 1;
  std::string body;
  if (!alone) {
    body += element("header", "", element("h1", "", escaped(title)));
    body += section("Side by side", html::comparison_table(runs));
  }
  for (const auto& run : runs) body += run_markup(run, alone);
  body += element("footer", "",
                  "± is one standard uncertainty and holds the gain of the device&#39;s sensor; "
                  "differences between runs on the same devices leave that out. "
                  "Made by Ergometer.");
  return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
         "<meta name='viewport' content='width=device-width, initial-scale=1'>"
         "<meta name='color-scheme' content='light dark'>" +
         element("title", "", escaped(title)) + element("style", "", kReportStyle) +
         "</head><body><main>" + body + "</main></body></html>\n";
}

}  // namespace erg
