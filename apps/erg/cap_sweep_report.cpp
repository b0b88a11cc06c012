// SPDX-License-Identifier: Apache-2.0
#include "cap_sweep_report.h"

#include <fmt/format.h>

#include "cap_runner.h"
#include "cap_sweeps.h"
#include "cap_text.h"
#include "console.h"
#include "erg/numbers.h"
#include "erg/text_table.h"

namespace erg {
namespace {

using Align = TextTable::Align;

// The worst of the runs under a cap.
CapConditions conditions_under(Store& store, const std::vector<RunSummary>& runs,
                               const std::string& device, Watts cap) {
  CapConditions all;
  const auto worst = [](auto& a, const auto& b) {
    if (b && (!a || *b > *a)) a = b;
  };
  for (const auto& summary : runs) {
    const auto one = conditions_of(store.load(summary.id), device, cap);
    worst(all.temperature_c, one.temperature_c);
    worst(all.power_throttle, one.power_throttle);
    worst(all.heat_throttle, one.heat_throttle);
    worst(all.binds, one.binds);
    worst(all.sm_clock_hz, one.sm_clock_hz);
  }
  return all;
}

std::string remark(const CapConditions& one) {
  std::string text;
  if (one.binds && !*one.binds) text = "never binds";
  if (one.heat_throttle && *one.heat_throttle > 0.01) {
    text += fmt::format("{}held back by heat {:.0f} % of the time", text.empty() ? "" : ", ",
                        100 * *one.heat_throttle);
  }
  return text;
}

void print_text(Store& store, const SweepEnd& end, const StoredSweep& sweep) {
  TextTable table{{{"cap", Align::right},
                   {"runs", Align::right},
                   {"energy", Align::right},
                   {"time", Align::right},
                   {"power", Align::right},
                   {"SM clock", Align::right},
                   {"hot", Align::right},
                   {"remarks"}}};
  for (std::size_t i = 0; i < sweep.curve.points.size(); ++i) {
    const auto& point = sweep.curve.points[i];
    const auto one = conditions_under(store, sweep.runs[i], end.device, point.cap);
    table.add({watts_text(point.cap), std::to_string(point.runs), joules_text(point.energy),
               seconds_text(point.time), text(point.power),
               one.sm_clock_hz ? fmt::format("{:.0f} MHz", *one.sm_clock_hz / 1e6) : "-",
               one.temperature_c ? fmt::format("{:.0f} °C", *one.temperature_c) : "-",
               remark(one)});
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
      const auto one = conditions_under(store, sweep.runs[i], end.device, point.cap);
      json.begin_object();
      write_point(json, point);
      json.member("sm_clock_hz", one.sm_clock_hz).member("temperature_c", one.temperature_c);
      json.member("power_throttle", one.power_throttle);
      json.member("heat_throttle", one.heat_throttle).member("binds", one.binds);
      json.key("run_ids").begin_array();
      for (const auto& run : sweep.runs[i]) json.value(run.id.text());
      json.end_array().end_object();
    }
  }
  json.end_array().key("failures").begin_array();
  for (const auto& failure : end.failures) {
    json.begin_object().member("cap_w", failure.cap.value());
    json.member("repeat", failure.repeat).member("exit_status", failure.exit_status);
    json.member("reason", failure.words).end_object();
  }
  print(json.end_array().end_object().take() + "\n");
}

}  // namespace

void report_sweep(Store& store, const SweepEnd& end, bool json) {
  const auto sweeps = stored_sweeps(store, {end.name}, true);
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
