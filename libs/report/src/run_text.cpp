// SPDX-License-Identifier: Apache-2.0
#include "erg/run_text.h"

#include <fmt/format.h>

#include "erg/breakdown_text.h"
#include "erg/dynamic_energy.h"
#include "erg/full_run.h"
#include "erg/numbers.h"

namespace erg {
namespace {

using Align = TextTable::Align;

std::string emphasised(const std::string& line, TextStyle style) {
  return style == TextStyle::terminal ? "\033[1m" + line + "\033[0m" : line;
}

// One fact a line; nothing for one that is not known.
void add_line(std::string& text, std::string_view name, const std::string& value) {
  if (!value.empty()) text += fmt::format("{:<12} {}\n", name, plain_text(value));
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string workload_line(const Workload& workload) {
  if (workload.network.empty()) return "";
  std::string line = workload.network + " on " + workload.data;
  if (!workload.input.empty()) line += ", input " + workload.input;
  if (workload.batch > 0) line += fmt::format(", batch {}", workload.batch);
  if (workload.epochs > 0) line += fmt::format(", {} epochs", workload.epochs);
  if (workload.steps_per_epoch > 0) line += fmt::format(" of {} steps", workload.steps_per_epoch);
  if (!workload.precision.empty()) line += ", " + workload.precision;
  if (!workload.instrumentation.empty()) line += ", instrumented: " + workload.instrumentation;
  return line;
}

std::string epochs_text(const Run& run) {
  if (run.epochs.empty()) return "";
  TextTable table{{{"epoch", Align::right},
                   {"train loss", Align::right},
                   {"train accuracy", Align::right},
                   {"test loss", Align::right},
                   {"test accuracy", Align::right}}};
  const auto plain = [](std::optional<double> value) { return value ? number(*value) : "-"; };
  const auto share = [](std::optional<double> value) { return value ? percent(*value) : "-"; };
  for (const auto& epoch : run.epochs) {
    table.add({std::to_string(epoch.epoch + 1), plain(epoch.train_loss),
               share(epoch.train_accuracy), plain(epoch.test_loss), share(epoch.test_accuracy)});
  }
  return "\n" + table.text();
}

std::string channels_text(const Part& part) {
  TextTable table{
      {{"device"}, {"channel"}, {"readings", Align::right}, {"gaps", Align::right}, {"how"}}};
  for (const auto& timeline : part.timelines) {
    const auto& channel = timeline.channel();
    table.add({channel.device, channel.name, std::to_string(timeline.size()),
               std::to_string(timeline.gaps().size()),
               fmt::format("{}, {}", to_string(channel.provenance), channel.method)});
  }
  return "\n" + table.text();
}

void add_part(std::string& text, const Part& part) {
  add_line(text, "host",
           fmt::format("{} (process {}, rank {})", part.header.host, part.header.process,
                       part.header.rank));
  for (const auto& device : part.header.devices) {
    std::string line = device.name + " (" + device.id + ")";
    if (device.power_limit) line += ", limit " + erg::text(*device.power_limit);
    if (!device.driver.empty()) line += ", driver " + device.driver;
    add_line(text, to_string(device.kind), line);
  }
  if (part.cost.reads > 0) {
    add_line(text, "sampling",
             fmt::format("{} reads in {}, {} deadlines missed, {} unreadable", part.cost.reads,
                         erg::text(part.cost.reading), part.cost.missed, part.cost.unreadable));
  }
  for (const auto& note : part.notes) add_line(text, "note", note);
}

// What --max-steps left out, said to be a guess.
std::string full_run_text(const Run& run) {
  const auto full = extrapolate(run);
  if (!full) return "";
  std::string text =
      fmt::format("extrapolated to all {} steps from the {} made: {}, {}", full->planned,
                  full->steps, erg::text(full->energy), erg::text(full->time));
  if (!full->range) return text + " (no interval: too few steps were told apart)\n";
  const auto& range = *full->range;
  return text + fmt::format(" (95 %: {} to {}, {} to {})\n", erg::text(range.energy_low),
                            erg::text(range.energy_high), erg::text(range.time_low),
                            erg::text(range.time_high));
}

}  // namespace

std::string run_text(const Run& run, TextStyle style) {
  std::string text;
  const auto* whole = find_breakdown(run, Grouping::run);
  std::string line = plain_text(run.header.name) + ": " + std::string{to_string(run.status)};
  if (run.exit_status) line += fmt::format(" (exit status {})", *run.exit_status);
  if (whole && whole->total.time) line += ", " + erg::text(whole->total.time->value);
  if (whole && whole->total.energy) {
    line += ", " + erg::text(*whole->total.energy);
    if (const auto power = total_power(run)) line += ", " + erg::text(*power);
    line += " (" + how_obtained(whole->total) + ")";
  } else {
    line += measured_power(run) ? ", no energy: too little was measured"
                                : ", no energy: nothing here measured power";
  }
  text += emphasised(line, style) + "\n" + full_run_text(run) + dynamic_text(run);
  for (const auto by : {Grouping::device, Grouping::phase}) {
    const auto* breakdown = find_breakdown(run, by);
    if (breakdown && !breakdown->rows.empty()) text += "\n" + breakdown_text(*breakdown, style);
  }
  return text;
}

std::string run_list_text(std::span<const RunSummary> runs, TextStyle style) {
  TextTable table{{{"id", Align::left},
                   {"name", Align::left},
                   {"status", Align::left},
                   {"start (UTC)", Align::left},
                   {"network", Align::left},
                   {"data", Align::left},
                   {"device", Align::left},
                   {"time", Align::right},
                   {"energy", Align::right}}};
  for (const auto& run : runs) {
    table.add({run.id.text().substr(0, 8), run.name, std::string{to_string(run.status)},
               utc_short(run.start), run.workload.network, run.workload.data, run.device,
               run.time ? erg::text(*run.time) : "-", run.energy ? erg::text(*run.energy) : "-"});
  }
  return table.text(style);
}

std::string run_details_text(const Run& run) {
  const Environment& environment = run.header.environment;
  std::string text;
  add_line(text, "id", run.header.id.text());
  add_line(text, "start", utc_text(run.header.start));
  add_line(text, "command", joined(environment.command));
  add_line(text, "workload", workload_line(environment.workload));
  std::string versions;
  for (const auto& [name, version] : environment.versions) {
    versions += (versions.empty() ? "" : ", ") + name + " " + version;
  }
  add_line(text, "versions", versions);
  add_line(text, "system", environment.os);
  if (!environment.cpu.empty()) {
    add_line(
        text, "cpu",
        fmt::format("{}, {} threads, {:.1f} GiB memory", environment.cpu, environment.cpu_threads,
                    static_cast<double>(environment.memory_bytes) / (1 << 30)));
  }
  for (const auto& [key, value] : environment.tags) add_line(text, "tag", key + "=" + value);
  for (const auto& part : run.parts) add_part(text, part);
  text += epochs_text(run);
  for (const auto& part : run.parts) {
    if (!part.timelines.empty()) text += channels_text(part);
  }
  return text;
}

}  // namespace erg
