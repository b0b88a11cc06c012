// SPDX-License-Identifier: Apache-2.0
#include "cap_sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "cap_runner.h"
#include "cap_sweep_names.h"
#include "console.h"
#include "erg/numbers.h"
#include "erg/suggest.h"
#include "erg/summary.h"

namespace erg {
namespace {

using ByCap = std::map<Watts, std::vector<RunSummary>>;

std::optional<StoredSweep> sweep_of(const std::string& name, CapKind kind, const ByCap& by_cap) {
  if (by_cap.size() < 2) return std::nullopt;
  StoredSweep sweep;
  sweep.name = name;
  const RunSummary& first = by_cap.begin()->second.front();
  sweep.imported = first.tags.contains("imported");
  sweep.epochs = static_cast<double>(first.workload.epochs);
  for (const auto& [cap, runs] : by_cap) {
    for (const auto& run : runs) {
      if (run.workload.epochs <= 0) sweep.epochs = 0;
    }
    sweep.runs.push_back(runs);
  }
  sweep.curve.kind = kind;
  sweep.curve.device = first.device;
  sweep.curve.workload = name;
  sweep.curve.unit = sweep.epochs > 0 ? "epoch" : "run";
  if (sweep.epochs > 0) sweep.curve.samples_per_unit = samples_of(first.workload.data);
  return sweep;
}

// One run's part in a point: energy and time of one unit.
struct Unit {
  Joules energy;
  Seconds time;
  std::vector<double> epochs_j;  // of single epochs, where they are known
  std::vector<double> epochs_s;
};

bool trains(const std::string& phase) {
  return phase == "to_device" || phase == "forward" || phase == "loss" || phase == "backward" ||
         phase == "optimizer";
}

std::optional<Joules> device_energy(const Run& run, const std::string& device) {
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by != Grouping::device) continue;
    for (const auto& row : breakdown.rows) {
      if ((row.device == device || row.name == device) && row.energy) return row.energy->value;
    }
  }
  return std::nullopt;
}

std::optional<Joules> phase_energy(const Run& run) {
  std::optional<Joules> best;
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by != Grouping::phase) continue;
    Joules sum{0};
    int rows = 0;
    for (const auto& row : breakdown.rows) {
      if (!trains(row.name) || !row.energy) continue;
      sum = sum + row.energy->value;
      ++rows;
    }
    if (rows >= 3 && (!best || sum > *best)) best = sum;
  }
  return best;
}

void add_epochs(const Run& run, Unit& unit) {
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by != Grouping::epoch || !unit.epochs_j.empty()) continue;
    for (const auto& row : breakdown.rows) {
      if (row.energy && row.time) {
        unit.epochs_j.push_back(in_si(row.energy->value));
        unit.epochs_s.push_back(in_si(row.time->value));
      }
    }
  }
}

double standard_error(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

// Repetitions tell the interval; of a single run its epochs do.
CapPoint point_of(Watts cap, const std::vector<Unit>& units) {
  std::vector<double> energies, times;
  for (const auto& unit : units) {
    energies.push_back(in_si(unit.energy));
    times.push_back(in_si(unit.time));
  }
  CapPoint point;
  point.cap = cap;
  point.runs = units.size();
  const bool alone = units.size() == 1;
  const double energy_u = standard_error(alone ? units.front().epochs_j : energies);
  const double time_u = standard_error(alone ? units.front().epochs_s : times);
  point.energy = {Joules{mean(energies)}, Joules{energy_u}, 0, Provenance::measured};
  point.time = {Seconds{mean(times)}, Seconds{time_u}, 0, Provenance::measured};
  point.power = point.energy.value / point.time.value;
  return point;
}

bool lacks_energy(const StoredSweep& sweep) {
  return std::ranges::any_of(sweep.runs, [](const auto& runs) {
    return std::ranges::any_of(runs, [](const RunSummary& run) { return !run.energy; });
  });
}

std::optional<Unit> unit_of(const Store& store, const RunSummary& run, const StoredSweep& sweep,
                            bool detail) {
  const double share = sweep.epochs > 0 ? static_cast<double>(run.workload.epochs) : 1;
  auto energy = run.energy ? std::optional{run.energy->value} : std::nullopt;
  Unit unit;
  const std::string device = tag_value(run, kCapDeviceTag);
  if (detail && (sweep.phases_only || run.workload.epochs > 1 || !device.empty())) {
    const Run whole = store.load(run.id);
    if (!device.empty()) {
      energy = device_energy(whole, device);
    } else if (sweep.phases_only) {
      energy = phase_energy(whole);
    } else if (sweep.epochs > 0) {
      add_epochs(whole, unit);
    }
  }
  if (!energy || !run.time || !(in_si(*energy) > 0) || !(run.time->count() > 0)) {
    return std::nullopt;
  }
  unit.energy = *energy / share;
  unit.time = *run.time / share;
  return unit;
}

void fill(const Store& store, StoredSweep& sweep, bool detail) {
  sweep.phases_only = detail && lacks_energy(sweep);
  std::vector<std::vector<RunSummary>> kept;
  for (const auto& runs : sweep.runs) {
    std::vector<Unit> units;
    for (const auto& run : runs) {
      if (auto unit = unit_of(store, run, sweep, detail)) units.push_back(std::move(*unit));
    }
    if (units.empty()) continue;
    sweep.curve.points.push_back(point_of(level_of(runs.front())->cap, units));
    kept.push_back(runs);
  }
  sweep.runs = std::move(kept);
}

std::vector<StoredSweep> chosen(std::vector<StoredSweep> all,
                                const std::vector<std::string>& words) {
  if (words.empty()) return all;
  std::vector<StoredSweep> found;
  for (const auto& word : words) {
    const bool exact = std::ranges::find(all, word, &StoredSweep::name) != all.end();
    for (const auto& sweep : all) {
      const bool meant = exact ? sweep.name == word : sweep.name.find(word) != std::string::npos;
      const bool there = std::ranges::find(found, sweep.name, &StoredSweep::name) != found.end();
      if (meant && !there) found.push_back(sweep);
    }
  }
  return found;
}

// What a sweep left in the store: runs, and those of them that did not finish.
struct Remains {
  std::size_t runs = 0;
  std::size_t failed = 0;
};
std::map<std::string, Remains> remains(const Store& store) {
  std::map<std::string, Remains> found;
  for (const auto& run : store.list()) {
    const std::string name = tag_value(run, cap_tag::kSweep);
    if (name.empty() || run.tags.contains("verifies")) continue;
    auto& of_name = found[name];
    ++of_name.runs;
    if (run.status != RunStatus::finished) ++of_name.failed;
  }
  return found;
}

// Throws std::runtime_error where the sweep is there, with nothing to choose from.
void must_be_usable(const Store& store, const std::vector<std::string>& words) {
  for (const auto& [name, of_name] : remains(store)) {
    const bool meant = words.empty() || std::ranges::any_of(words, [&](const std::string& word) {
                         return name.find(word) != std::string::npos;
                       });
    if (!meant) continue;
    throw std::runtime_error{fmt::format(
        "the sweep '{0}' is there, but has no usable runs at two caps or more: of its {1} runs {2} "
        "did not finish; erg cap sweep --resume --name '{0}' -- COMMAND goes on with it",
        plain_text(name), of_name.runs, of_name.failed)};
  }
}

}  // namespace

std::vector<StoredSweep> stored_sweeps(const Store& store, const std::vector<std::string>& words,
                                       bool detail) {
  std::map<std::pair<std::string, CapKind>, ByCap> groups;
  for (const auto& run : store.list()) {
    if (run.status != RunStatus::finished || run.tags.contains("verifies")) continue;
    if (const auto level = level_of(run)) {
      groups[{sweep_name_of(run), level->kind}][level->cap].push_back(run);
    }
  }
  std::vector<StoredSweep> all;
  for (const auto& [key, by_cap] : groups) {
    if (auto sweep = sweep_of(key.first, key.second, by_cap)) all.push_back(std::move(*sweep));
  }
  std::vector<StoredSweep> found;
  for (auto& sweep : chosen(std::move(all), words)) {
    fill(store, sweep, detail || lacks_energy(sweep));
    if (sweep.curve.points.size() >= 2) found.push_back(std::move(sweep));
  }
  return found;
}

StoredSweep one_sweep(const Store& store, const std::vector<std::string>& words) {
  auto found = stored_sweeps(store, words, false);
  if (found.size() == 1) {
    const std::string name = found.front().name;
    return stored_sweeps(store, {name}, true).front();
  }
  const std::string word = words.empty() ? "" : words.front();
  const bool none = found.empty();
  if (none) must_be_usable(store, words);
  if (none) found = stored_sweeps(store, {}, false);
  if (found.empty()) {
    throw std::runtime_error{"no sweep is stored in " + store.url() +
                             ": erg cap sweep -- COMMAND makes one, erg import zeus brings some"};
  }
  std::vector<std::string_view> names;
  for (const auto& sweep : found) names.emplace_back(sweep.name);
  std::string list;
  for (std::size_t i = 0; i < names.size() && i < 8; ++i) {
    list += (i == 0 ? "'" : ", '") + plain_text(names[i]) + "'";
  }
  if (names.size() > 8) list += fmt::format(" and {} more", names.size() - 8);
  throw std::runtime_error{none ? fmt::format("there is no sweep '{}'{}; there are {}",
                                              plain_text(word), suggestion(word, names), list)
                                : fmt::format("{} sweeps: name one of {}", names.size(), list)};
}

StoredSweep combined(const std::vector<StoredSweep>& sweeps) {
  StoredSweep all;
  all.name = "combined";
  all.curve.kind = sweeps.front().curve.kind;
  all.curve.device = sweeps.front().curve.device;
  all.curve.workload = "combined";
  all.curve.unit = sweeps.front().curve.unit;
  for (const auto& point : sweeps.front().curve.points) {
    CapPoint sum = point;
    std::size_t found = 1;
    for (std::size_t i = 1; i < sweeps.size(); ++i) {
      const auto& points = sweeps[i].curve.points;
      const auto same = std::ranges::find(points, point.cap, &CapPoint::cap);
      if (same == points.end()) break;
      sum.energy = add_same_device(sum.energy, same->energy);
      sum.time = add_same_device(sum.time, same->time);
      sum.runs += same->runs;
      ++found;
    }
    if (found < sweeps.size()) continue;
    sum.power = sum.energy.value / sum.time.value;
    all.curve.points.push_back(sum);
  }
  for (const auto& sweep : sweeps) {
    if (sweep.curve.device != all.curve.device || sweep.curve.unit != all.curve.unit ||
        sweep.curve.kind != all.curve.kind) {
      throw std::runtime_error{"only sweeps of one device and unit can be combined"};
    }
    all.curve.samples_per_unit += sweep.curve.samples_per_unit;
    all.phases_only = all.phases_only || sweep.phases_only;
  }
  if (all.curve.points.size() < 2) {
    throw std::runtime_error{"the sweeps share fewer than two caps: nothing to combine"};
  }
  return all;
}

}  // namespace erg
