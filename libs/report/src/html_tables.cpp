// SPDX-License-Identifier: Apache-2.0
#include "html_tables.h"

#include <fmt/format.h>

#include <cmath>

#include "erg/breakdown_text.h"
#include "erg/comparison.h"
#include "erg/dynamic_energy.h"
#include "erg/numbers.h"
#include "html.h"

namespace erg::html {
namespace {

std::string cell(std::string_view content, std::string_view css = "") {
  return element("td", css.empty() ? "" : fmt::format("class='{}'", css), content);
}
std::string numeric(std::string_view content) { return cell(content, "n"); }

// Columns whose title begins with '>' are numbers.
std::string table(std::initializer_list<std::string_view> titles, std::string_view rows) {
  std::string head;
  for (const auto title : titles) {
    const bool right = title.starts_with('>');
    head += element("th", right ? "class='n' scope='col'" : "scope='col'",
                    escaped(title.substr(right ? 1 : 0)));
  }
  return "<div class='wide'><table><thead><tr>" + head + "</tr></thead><tbody>" +
         std::string{rows} + "</tbody></table></div>";
}

std::string share(const BreakdownRow& row, const Breakdown& whole) {
  const auto& total = whole.total.energy;
  if (!row.energy || !total || total->value.value() == 0) return "-";
  return percent(row.energy->value / total->value);
}

std::string breakdown_row(const BreakdownRow& row, const Breakdown& whole, std::string_view css) {
  const auto power = &row == &whole.total ? total_power(whole) : mean_power(row);
  const std::string how =
      row.energy ? chip(row.energy->provenance) + " " + escaped(row.method) : escaped(row.method);
  return element("tr", css,
                 cell(escaped(row_title(row))) +
                     numeric(row.count ? std::to_string(row.count) : "") +
                     numeric(row.time ? text(row.time->value) : "-") + numeric(share(row, whole)) +
                     numeric(row.energy ? text(*row.energy) : "-") +
                     numeric(power ? text(*power) : "-") + cell(how, "how"));
}

std::string fact(std::string_view name, const std::string& value) {
  if (value.empty()) return "";
  return element("dt", "", escaped(name)) + element("dd", "", escaped(value));
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string count_text(std::int64_t count) { return count > 0 ? std::to_string(count) : ""; }

std::string workload_facts(const Workload& workload) {
  return fact("network", workload.network) + fact("data", workload.data) +
         fact("input", workload.input) + fact("batch", count_text(workload.batch)) +
         fact("epochs", count_text(workload.epochs)) +
         fact("steps per epoch", count_text(workload.steps_per_epoch)) +
         fact("precision", workload.precision) + fact("instrumentation", workload.instrumentation);
}

std::string part_facts(const Part& part) {
  std::string facts = fact("host", part.header.host);
  for (const auto& device : part.header.devices) {
    std::string line = device.name + " (" + device.id + ")";
    if (device.power_limit) line += ", limit " + text(*device.power_limit);
    facts += fact(to_string(device.kind), line);
  }
  if (part.cost.reads > 0) {
    facts += fact("sampling",
                  fmt::format("{} reads in {}; {} deadlines missed, {} unreadable", part.cost.reads,
                              text(part.cost.reading), part.cost.missed, part.cost.unreadable));
  }
  return facts;
}

// How a run's energy differs from that of the first, which says nothing of itself.
std::string against(const BreakdownRow& row, const Breakdown* reference, const Run& run,
                    const Run& first) {
  if (&run == &first || !reference) return "";
  const auto more = difference(row.energy, reference->total.energy, same_devices(run, first));
  if (!more) return "";
  const double u = 100 * more->u;
  return fmt::format("{}{} ± {} %", more->value >= 0 ? "+" : "", number(100 * more->value, u),
                     number(u, u));
}

}  // namespace

std::string chip(Provenance provenance) {
  const auto word = to_string(provenance);
  return fmt::format("<span class='chip {}'>{}</span>", word, word);
}

std::string breakdown_table(const Breakdown& breakdown) {
  std::string rows;
  for (const auto& row : breakdown.rows) rows += breakdown_row(row, breakdown, "");
  const auto& rest = breakdown.unattributed;
  if (rest.energy && rest.energy->value.value() != 0) rows += breakdown_row(rest, breakdown, "");
  rows += breakdown_row(breakdown.total, breakdown, "class='sum'");
  std::string markup = table(
      {to_string(breakdown.by), ">count", ">time", ">share", ">energy", ">power", "how obtained"},
      rows);
  for (const auto& note : breakdown.notes) markup += element("p", "class='legend'", escaped(note));
  return markup;
}

std::string comparison_table(std::span<const Run> runs) {
  std::string rows;
  const auto* reference = find_breakdown(runs.front(), Grouping::run);
  for (const auto& run : runs) {
    const auto* own = find_breakdown(run, Grouping::run);
    const BreakdownRow row = own ? own->total : BreakdownRow{};
    const auto power = total_power(run);
    const auto accuracy = run.epochs.empty() ? std::nullopt : run.epochs.back().test_accuracy;
    rows += element(
        "tr", "",
        cell(fmt::format("<a href='#run-{}'>{}</a>", run.header.id.text(),
                         escaped(run.header.name))) +
            cell(to_string(run.status)) + numeric(row.time ? text(row.time->value) : "-") +
            numeric(row.energy ? text(*row.energy) : "-") +
            numeric(against(row, reference, run, runs.front())) +
            numeric(power ? text(*power) : "-") + numeric(accuracy ? percent(*accuracy) : "-"));
  }
  return table(
      {"run", "status", ">time", ">energy", ">against the first", ">power", ">test accuracy"},
      rows);
}

std::string dynamic_table(const Run& run) {
  const auto devices = dynamic_energies(run);
  if (devices.empty()) return "";
  const Breakdown* by_device = find_breakdown(run, Grouping::device);
  std::string rows;
  for (const auto& one : devices) {
    std::string total = "-";
    for (const auto& row : by_device->rows) {
      const bool same = (row.device.empty() ? row.name : row.device) == one.device;
      if (same && row.energy) total = text(*row.energy);
    }
    rows += element("tr", "",
                    cell(escaped(one.device)) + numeric(total) +
                        numeric(one.idle ? text(*one.idle) : "-") +
                        numeric(one.energy ? text(*one.energy) : "-") +
                        cell(one.idle ? escaped(one.method)
                                      : "not known: erg sensors check measures what is idle",
                             "how"));
  }
  return table({"device", ">energy in all", ">idle power", ">energy above idle", "idle power by"},
               rows);
}

std::string epochs_table(const Run& run) {
  if (run.epochs.empty()) return "";
  const auto plain = [](std::optional<double> value) { return value ? number(*value) : "-"; };
  const auto ratio = [](std::optional<double> value) { return value ? percent(*value) : "-"; };
  std::string rows;
  for (const auto& epoch : run.epochs) {
    rows += element("tr", "",
                    cell(std::to_string(epoch.epoch + 1)) + numeric(plain(epoch.train_loss)) +
                        numeric(ratio(epoch.train_accuracy)) + numeric(plain(epoch.test_loss)) +
                        numeric(ratio(epoch.test_accuracy)));
  }
  return table({"epoch", ">train loss", ">train accuracy", ">test loss", ">test accuracy"}, rows);
}

std::string channels_table(const Run& run) {
  std::string rows;
  for (const auto& part : run.parts) {
    for (const auto& timeline : part.timelines) {
      const Channel& channel = timeline.channel();
      rows += element("tr", "",
                      cell(escaped(channel.device)) + cell(escaped(channel.name)) +
                          cell(escaped(to_string(channel.kind))) +
                          numeric(std::to_string(timeline.size())) +
                          numeric(std::to_string(timeline.gaps().size())) +
                          numeric(channel.gain_u > 0 ? percent(channel.gain_u) : "-") +
                          cell(chip(channel.provenance) + " " + escaped(channel.method), "how"));
    }
  }
  if (rows.empty()) return "";
  return table({"device", "channel", "kind", ">readings", ">gaps", ">gain ±", "how read"}, rows);
}

std::string environment_list(const Run& run) {
  const Environment& environment = run.header.environment;
  std::string facts =
      fact("run", run.header.id.text()) + fact("command", joined(environment.command)) +
      workload_facts(environment.workload) + fact("system", environment.os) +
      fact("cpu", environment.cpu) + fact("threads", count_text(environment.cpu_threads));
  if (environment.memory_bytes > 0) {
    facts += fact("memory", fmt::format("{:.1f} GiB",
                                        static_cast<double>(environment.memory_bytes) / (1 << 30)));
  }
  for (const auto& [name, version] : environment.versions) facts += fact(name, version);
  for (const auto& [key, value] : environment.tags) facts += fact(key, value);
  for (const auto& part : run.parts) facts += part_facts(part);
  return element("dl", "", facts);
}

std::string notes_list(const Run& run) {
  std::string items;
  for (const auto& part : run.parts) {
    for (const auto& note : part.notes) items += element("li", "", escaped(note));
  }
  return items.empty() ? "" : element("ul", "", items);
}

}  // namespace erg::html
