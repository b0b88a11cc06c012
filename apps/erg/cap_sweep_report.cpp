// SPDX-License-Identifier: Apache-2.0
#include "cap_sweep_report.h"

#include <fmt/format.h>

#include "cap_runner.h"
#include "cap_sweeps.h"
#include "cap_text.h"
#include "console.h"
#include "erg/numbers.h"
#include "erg/summary.h"
#include "erg/text_table.h"

namespace erg {
namespace {

using Align = TextTable::Align;

// Of the runs under a cap: the mean clock and temperature, which caps are compared by, and the
// worst of what must not be.
CapConditions conditions_under(Store& store, const std::vector<RunSummary>& runs,
                               const SweepEnd& end, Watts cap) {
  CapConditions all;
  const auto worst = [](auto& a, const auto& b) {
    if (b && (!a || *b > *a)) a = b;
  };
  std::vector<double> clocks_hz, temperatures_c;
  for (const auto& summary : runs) {
    const auto one = conditions_of(store.load(summary.id), end.device, end.kind, cap);
    if (one.sm_clock_hz) clocks_hz.push_back(*one.sm_clock_hz);
    if (one.temperature_c) temperatures_c.push_back(*one.temperature_c);
    worst(all.power_throttle, one.power_throttle);
    worst(all.heat_throttle, one.heat_throttle);
    worst(all.binds, one.binds);
    worst(all.exceeded, one.exceeded);
  }
  if (!clocks_hz.empty()) all.sm_clock_hz = mean(clocks_hz);
  if (!temperatures_c.empty()) all.temperature_c = mean(temperatures_c);
  return all;
}

std::string remark(const CapConditions& one, CapKind kind) {
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  if (one.binds && !*one.binds) add("never binds");
  if (one.exceeded && *one.exceeded) {
    add(kind == CapKind::clock ? "the lock is ignored" : "drew more than its cap");
  }
  if (kind == CapKind::clock && one.power_throttle && *one.power_throttle > 0.01) {
    add(fmt::format("held back by a power limit {:.0f} % of the time", 100 * *one.power_throttle));
  }
  if (one.heat_throttle && *one.heat_throttle > 0.01) {
    add(fmt::format("held back by heat {:.0f} % of the time", 100 * *one.heat_throttle));
  }
  return text;
}

void print_text(Store& store, const SweepEnd& end, const StoredSweep& sweep) {
  TextTable table{{{cap_heading(end.kind), Align::right},
                   {"runs", Align::right},
                   {"energy", Align::right},
                   {"time", Align::right},
                   {"power", Align::right},
                   {"SM clock", Align::right},
                   {"temperature", Align::right},
                   {"remarks"}}};
  for (std::size_t i = 0; i < sweep.curve.points.size(); ++i) {
    const auto& point = sweep.curve.points[i];
    const auto one = conditions_under(store, sweep.runs[i], end, point.cap);
    table.add({cap_text(end.kind, point.cap), std::to_string(point.runs), joules_text(point.energy),
               seconds_text(point.time), text(point.power),
               one.sm_clock_hz ? fmt::format("{:.0f} MHz", *one.sm_clock_hz / 1e6) : "-",
               one.temperature_c ? fmt::format("{:.0f} °C", *one.temperature_c) : "-",
               remark(one, end.kind)});
  }
  print(table.text(stdout_style()));
}

void print_json(Store& store, const SweepEnd& end, const std::vector<StoredSweep>& sweeps) {
  JsonWriter json{2};
  json.begin_object().member("sweep", end.name).member("device", end.device);
  json.member("interrupted", end.interrupted).key("rows").begin_array();
  for (const auto& sweep : sweeps) {
    for (std::size_t i = 0; i < sweep.curve.points.size(); ++i) {
      const auto& point = sweep.curve.points[i];
      const auto one = conditions_under(store, sweep.runs[i], end, point.cap);
      json.begin_object();
      write_point(json, end.kind, point);
      json.member("sm_clock_hz", one.sm_clock_hz).member("temperature_c", one.temperature_c);
      json.member("power_throttle", one.power_throttle);
      json.member("heat_throttle", one.heat_throttle).member("binds", one.binds);
      json.member("exceeded", one.exceeded);
      json.key("run_ids").begin_array();
      for (const auto& run : sweep.runs[i]) json.value(run.id.text());
      json.end_array().end_object();
    }
  }
  json.end_array().key("failures").begin_array();
  for (const auto& failure : end.failures) {
    json.begin_object();
    write_cap(json, end.kind, failure.cap);
    json.member("repeat", failure.repeat).member("exit_status", failure.exit_status);
    json.member("reason", failure.words).end_object();
  }
  print(json.end_array().end_object().take() + "\n");
}

}  // namespace

void report_sweep(Store& store, const SweepEnd& end, bool json) {
  auto sweeps = stored_sweeps(store, {end.name}, true);
  std::erase_if(sweeps, [&](const auto& sweep) { return sweep.curve.kind != end.kind; });
  if (json) {
    print_json(store, end, sweeps);
  } else if (sweeps.empty()) {
    warn("fewer than two caps have a finished run with energy: nothing to compare");
  } else {
    print_text(store, end, sweeps.front());
    inform(fmt::format("choose one: erg cap choose '{}'\n", plain_text(end.name)));
  }
  if (end.interrupted) {
    warn("interrupted; the same command with --resume goes on where it stopped");
  } else if (!end.failures.empty()) {
    warn(fmt::format("{} runs failed; --resume tries them again", end.failures.size()));
  }
}

}  // namespace erg
