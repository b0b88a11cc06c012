// SPDX-License-Identifier: Apache-2.0
#include "erg/breakdown_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "erg/numbers.h"
#include "erg/step_design.h"

namespace erg {
namespace {

using Align = TextTable::Align;

// Columns share their unit, so that numbers can be compared by looking.
struct Units {
  DisplayUnit energy{1, "J"};
  DisplayUnit time{1, "s"};
  DisplayUnit power{1, "W"};
  DisplayUnit sample{1, "J"};
  int energy_decimals = 9;
  int time_decimals = 9;
};

// Small numbers of a column end where two digits more than the largest has would end.
int decimals_below(double largest) {
  if (!(largest > 0)) return 9;
  return std::clamp(5 - static_cast<int>(std::floor(std::log10(largest))), 0, 9);
}

Units units_of(const Breakdown& breakdown) {
  Joules energy{0};
  Seconds time{0};
  Watts power{0};
  const auto widen = [&](const BreakdownRow& row) {
    if (row.energy) energy = std::max(energy, row.energy->value);
    if (row.time) time = std::max(time, row.time->value);
    if (const auto own = mean_power(row)) power = std::max(power, *own);
  };
  for (const auto& row : breakdown.rows) widen(row);
  widen(breakdown.total);
  if (const auto all = total_power(breakdown)) power = std::max(power, *all);
  Units units{energy_scale(energy), time_scale(time), power_scale(power)};
  if (breakdown.samples) units.sample = energy_scale(energy / *breakdown.samples);
  units.energy_decimals = decimals_below(energy.value() / units.energy.divisor);
  units.time_decimals = decimals_below(time.count() / units.time.divisor);
  return units;
}

std::vector<std::string> cells(const BreakdownRow& row, const Breakdown& whole,
                               const Units& units) {
  const std::string nothing = "-";
  std::vector<std::string> cells{row_title(row), row.count ? std::to_string(row.count) : "",
                                 nothing};
  if (row.time) {
    const double u = row.time->total_u().count() / units.time.divisor;
    cells[2] = number(row.time->value.count() / units.time.divisor, u, units.time_decimals);
  }
  if (row.energy) {
    const double u = row.energy->total_u().value() / units.energy.divisor;
    const auto& total = whole.total.energy;
    cells.push_back(total && total->value.value() != 0 ? percent(row.energy->value / total->value)
                                                       : nothing);
    cells.push_back(
        number(row.energy->value.value() / units.energy.divisor, u, units.energy_decimals));
    cells.push_back(u > 0 ? number(u, u, units.energy_decimals) : nothing);
  } else {
    cells.insert(cells.end(), 3, nothing);
  }
  const auto power = &row == &whole.total ? total_power(whole) : mean_power(row);
  cells.push_back(power ? number(power->value() / units.power.divisor) : nothing);
  if (whole.samples) {
    const double u = row.energy ? row.energy->total_u().value() : 0;
    const double sample = *whole.samples * units.sample.divisor;
    cells.push_back(row.energy ? number(row.energy->value.value() / sample, u / sample) : nothing);
  }
  cells.push_back(how_obtained(row));
  return cells;
}

std::string unit_title(std::string_view name, DisplayUnit scale) {
  return fmt::format("{} ({})", name, scale.unit);
}

bool worth_showing(const BreakdownRow& row) { return row.energy && row.energy->value.value() != 0; }

}  // namespace

std::string row_title(const BreakdownRow& row) {
  std::string title = row.name;
  const auto first = title.find(kTogether);
  const auto last = title.rfind(kTogether);
  if (first != last) {
    title = title.substr(0, first) + std::string{kTogether} + "..." + title.substr(last);
  }
  if (row.pass == Pass::none) return title;
  return title + " " + std::string{to_string(row.pass)};
}

std::optional<Watts> mean_power(const BreakdownRow& row) {
  if (!row.energy || !row.time || row.time->value.count() <= 0) return std::nullopt;
  return row.energy->value / row.time->value;
}

std::optional<Watts> total_power(const Breakdown& breakdown) {
  const auto whole = mean_power(breakdown.total);
  if (!whole || breakdown.method != "timeline" || breakdown.rows.empty()) return whole;
  const auto& rest = breakdown.unattributed;
  Seconds known{0};
  Watts together{0};
  for (const auto& row : breakdown.rows) {
    if (row.energy && row.time) known += row.time->value;
    if (row.energy) together += mean_power(row).value_or(Watts{0});
  }
  if (breakdown.by == Grouping::device) return together;
  if (!rest.time) return whole;
  known += rest.time->value;
  const Seconds all = breakdown.total.time->value;
  if (known >= all - std::max(Seconds{0.1}, 0.01 * all)) return whole;
  if (breakdown.rows.size() > 1) return std::nullopt;
  return breakdown.total.energy->value / known;
}

std::optional<Watts> total_power(const Run& run) {
  const auto* devices = find_breakdown(run, Grouping::device);
  if (devices && devices->total.energy) return total_power(*devices);
  const auto* whole = find_breakdown(run, Grouping::run);
  return whole ? total_power(*whole) : std::nullopt;
}

std::string how_obtained(const BreakdownRow& row) {
  if (!row.energy) return row.method.empty() ? "not measured" : row.method;
  const std::string provenance{to_string(row.energy->provenance)};
  return row.method.empty() ? provenance : provenance + ", " + row.method;
}

std::string breakdown_text(const Breakdown& breakdown, TextStyle style) {
  const Units units = units_of(breakdown);
  std::vector<TextTable::Column> columns{
      {std::string{to_string(breakdown.by)}, Align::left}, {"count", Align::right},
      {unit_title("time", units.time), Align::right},      {"share", Align::right},
      {unit_title("energy", units.energy), Align::right},  {"±", Align::right},
      {unit_title("power", units.power), Align::right}};
  if (breakdown.samples) {
    columns.push_back({fmt::format("{}/sample", units.sample.unit), Align::right});
  }
  columns.push_back({"how obtained", Align::left});
  TextTable table{std::move(columns)};
  for (const auto& row : breakdown.rows) table.add(cells(row, breakdown, units));
  table.rule();
  if (worth_showing(breakdown.unattributed)) {
    table.add(cells(breakdown.unattributed, breakdown, units));
  }
  table.add(cells(breakdown.total, breakdown, units));
  std::string text = table.text(style);
  if (breakdown.closure && std::abs(*breakdown.closure) >= 5e-4) {
    text +=
        fmt::format("closure: rows {:+.1f} % against the whole, before they were made to add up\n",
                    100 * *breakdown.closure);
  }
  for (const auto& note : breakdown.notes) text += "note: " + plain_text(note) + "\n";
  return text;
}

bool measured_power(const Run& run) {
  for (const auto& part : run.parts) {
    for (const auto& timeline : part.timelines) {
      if (timeline.channel().kind != ChannelKind::gauge && !timeline.empty()) return true;
    }
  }
  return false;
}

const Breakdown* find_breakdown(const Run& run, Grouping by) {
  // Of the whole run rather than of one step of it, of all devices rather than of one.
  const auto rank = [](const Breakdown& breakdown) {
    return std::pair{breakdown.method == "designs", !breakdown.device.empty()};
  };
  const Breakdown* found = nullptr;
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by == by && (!found || rank(breakdown) < rank(*found))) found = &breakdown;
  }
  return found;
}

const Breakdown* find_profile(const Run& run, Grouping by) {
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by == by && breakdown.method == "designs") return &breakdown;
  }
  return nullptr;
}

}  // namespace erg
