// SPDX-License-Identifier: Apache-2.0
#include "study_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "erg/bootstrap.h"
#include "erg/numbers.h"
#include "erg/summary.h"
#include "study_result.h"

namespace erg {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

struct Middle {
  double value = 0;
  std::optional<Range> interval;  // empty for a single value
};

std::optional<Middle> middle_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  Middle middle{median(values), std::nullopt};
  if (values.size() > 1) {
    middle.interval =
        bootstrap_interval(values, [](std::span<const double> drawn) { return median(drawn); });
  }
  return middle;
}

struct Setting {
  Training training;
  std::vector<double> energies, times, accuracies, memories;
  std::map<std::string, int> outcomes;
  int waiting = 0;
  std::string words;
};

void add(Setting& setting, const StudyCell& cell) {
  const auto result = result_from(cell.result);
  if (cell.state == CellState::open || cell.state == CellState::leased || !result) {
    ++setting.waiting;
    return;
  }
  ++setting.outcomes[std::string{to_string(result->outcome)}];
  if (!result->words.empty()) setting.words = result->words;
  if (result->outcome != StudyOutcome::done) return;
  if (result->energy_j) setting.energies.push_back(*result->energy_j);
  if (result->time_s) setting.times.push_back(*result->time_s);
  if (result->test_accuracy) setting.accuracies.push_back(*result->test_accuracy);
  if (result->peak_memory_bytes) setting.memories.push_back(*result->peak_memory_bytes);
}

// In the order of the file, whatever the order they ran in.
std::vector<Setting> settings_of(StudyFile study, std::span<const StudyCell> cells) {
  std::map<std::string, const StudyCell*, std::less<>> by_name;
  for (const auto& cell : cells) by_name[cell.name] = &cell;
  const auto repeats = study.repeats;
  study.order = StudyOrder::given;
  study.repeats = 1;
  std::vector<Setting> settings;
  for (auto& training : trainings_of(study)) {
    Setting& setting = settings.emplace_back();
    setting.training = training;
    for (training.repeat = 0; training.repeat < repeats; ++training.repeat) {
      const auto cell = by_name.find(training.name());
      if (cell == by_name.end()) {
        ++setting.waiting;
      } else {
        add(setting, *cell->second);
      }
    }
  }
  return settings;
}

std::string shown(const std::optional<Middle>& middle, DisplayUnit scale) {
  if (!middle) return "-";
  const double value = middle->value / scale.divisor;
  if (!middle->interval) return fmt::format("{} {}", number(value), scale.unit);
  const double u = middle->interval->half_width() / scale.divisor / 2;
  return fmt::format("{} [{}, {}] {}", number(value, u),
                     number(middle->interval->low / scale.divisor, u),
                     number(middle->interval->high / scale.divisor, u), scale.unit);
}

std::string outcomes_of(const Setting& setting) {
  std::string text;
  const auto add = [&](int count, std::string_view word) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
  };
  for (const auto& [word, count] : setting.outcomes) add(count, word);
  add(setting.waiting, "waiting");
  return text;
}

// "googlenet_5x5_b3" is 3 branches of "googlenet_5x5".
std::optional<std::pair<std::string, int>> branches_in(const std::string& network) {
  const auto mark = network.rfind("_b");
  if (mark == std::string::npos || mark + 3 != network.size()) return std::nullopt;
  const char digit = network.back();
  if (digit < '1' || digit > '9') return std::nullopt;
  return std::pair{network.substr(0, mark), digit - '0'};
}

// How well n branches run side by side: T(n) / (n T(1)); 1/n where they cost nothing more, 1 where
// they run one after the other. Empty where there is no network of one branch beside it.
std::optional<double> branch_efficiency(const std::vector<Setting>& settings,
                                        const Setting& setting) {
  const auto branches = branches_in(setting.training.network);
  if (!branches || setting.times.empty()) return std::nullopt;
  Training one = setting.training;
  one.network = branches->first + "_b1";
  for (const auto& other : settings) {
    if (other.training.setting() != one.setting() || other.times.empty()) continue;
    return median(setting.times) / (branches->second * median(other.times));
  }
  return std::nullopt;
}

void add_row(TextTable& table, const std::vector<Setting>& settings, const Setting& setting,
             bool branches) {
  const auto time = middle_of(setting.times);
  const auto energy = middle_of(setting.energies);
  const auto memory = middle_of(setting.memories);
  const auto accuracy = middle_of(setting.accuracies);
  std::vector<std::string> row{
      setting.training.setting(),
      shown(time, time_scale(Seconds{time ? time->value : 0})),
      shown(energy, energy_scale(Joules{energy ? energy->value : 0})),
      time && energy ? text(Joules{energy->value} / Seconds{time->value}) : "-",
      accuracy ? fmt::format("{:.2f} %", 100 * accuracy->value) : "-",
      memory ? fmt::format("{:.2f} GB", memory->value / 1e9) : "-",
      outcomes_of(setting)};
  if (branches) {
    const auto efficiency = branch_efficiency(settings, setting);
    row.push_back(efficiency ? fmt::format("{:.3f}", *efficiency) : "-");
  }
  table.add(std::move(row));
}

// The same but for the level of instrumentation, without any; null where there is none.
const Setting* unmeasured(const std::vector<Setting>& settings, const Setting& setting) {
  Training same = setting.training;
  same.instrumentation = "none";
  const auto found = std::ranges::find_if(
      settings, [&](const Setting& other) { return other.training.setting() == same.setting(); });
  return found == settings.end() || found->times.empty() ? nullptr : &*found;
}

std::optional<double> ratio(const std::vector<double>& values, const std::vector<double>& to) {
  if (values.empty() || to.empty()) return std::nullopt;
  return median(values) / median(to);
}

// What each level of instrumentation does to time and energy; empty where only one was tried.
std::string levels_text(const std::vector<Setting>& settings, TextStyle style) {
  TextTable table{{{"network"},
                   {"level"},
                   {"time", Align::right},
                   {"against none", Align::right},
                   {"energy", Align::right},
                   {"against none", Align::right},
                   {"T(n)/(n T(1))", Align::right}}};
  bool any = false;
  for (const auto& setting : settings) {
    const auto* none = unmeasured(settings, setting);
    if (!none) continue;
    any = any || none != &setting;
    const auto change = [](const std::optional<double>& share) {
      return share ? fmt::format("{:+.1f} %", 100 * (*share - 1)) : "-";
    };
    const auto time = middle_of(setting.times);
    const auto energy = middle_of(setting.energies);
    const auto efficiency = branch_efficiency(settings, setting);
    table.add({setting.training.network, setting.training.instrumentation,
               time ? text(Seconds{time->value}) : "-", change(ratio(setting.times, none->times)),
               energy ? text(Joules{energy->value}) : "-",
               change(ratio(setting.energies, none->energies)),
               efficiency ? fmt::format("{:.3f}", *efficiency) : "-"});
  }
  return any ? "\n" + table.text(style) : "";
}

Json json_of(const std::optional<Middle>& middle) {
  if (!middle) return {};
  Json json;
  json["median"] = middle->value;
  json["low"] = middle->interval ? Json(middle->interval->low) : Json{};
  json["high"] = middle->interval ? Json(middle->interval->high) : Json{};
  return json;
}

}  // namespace

std::string study_summary_text(const StudyFile& study, std::span<const StudyCell> cells,
                               TextStyle style) {
  const auto settings = settings_of(study, cells);
  const bool branches = std::ranges::any_of(
      settings, [&](const auto& one) { return branch_efficiency(settings, one).has_value(); });
  std::vector<TextTable::Column> columns{{"setting"},
                                         {"time", Align::right},
                                         {"energy", Align::right},
                                         {"power", Align::right},
                                         {"accuracy", Align::right},
                                         {"memory", Align::right},
                                         {"trainings"}};
  if (branches) columns.push_back({"T(n)/(n T(1))", Align::right});
  TextTable table{columns};
  for (const auto& setting : settings) add_row(table, settings, setting, branches);
  std::string text = table.text(style);
  for (const auto& setting : settings) {
    if (setting.words.empty()) continue;
    text += setting.training.setting() + ": " + setting.words + "\n";
  }
  return text + levels_text(settings, style);
}

std::string study_summary_json(const StudyFile& study, std::span<const StudyCell> cells) {
  const auto settings = settings_of(study, cells);
  Json json;
  json["study"] = study.name;
  json["settings"] = Json::array();
  for (const auto& setting : settings) {
    const auto& training = setting.training;
    Json one{{"network", training.network},     {"data", training.data},
             {"batch", training.batch},         {"epochs", training.epochs},
             {"precision", training.precision}, {"instrumentation", training.instrumentation}};
    one["power_cap_w"] = training.power_cap_w > 0 ? Json(training.power_cap_w) : Json{};
    one["sm_clock_mhz"] = training.sm_clock_mhz > 0 ? Json(training.sm_clock_mhz) : Json{};
    one["time_s"] = json_of(middle_of(setting.times));
    one["energy_j"] = json_of(middle_of(setting.energies));
    one["test_accuracy"] = json_of(middle_of(setting.accuracies));
    one["peak_memory_bytes"] = json_of(middle_of(setting.memories));
    const auto efficiency = branch_efficiency(settings, setting);
    const auto* none = unmeasured(settings, setting);
    const auto time_ratio = none ? ratio(setting.times, none->times) : std::nullopt;
    const auto energy_ratio = none ? ratio(setting.energies, none->energies) : std::nullopt;
    one["time_against_none"] = time_ratio ? Json(*time_ratio) : Json{};
    one["energy_against_none"] = energy_ratio ? Json(*energy_ratio) : Json{};
    one["branch_efficiency"] = efficiency ? Json(*efficiency) : Json{};
    one["outcomes"] = setting.outcomes;
    one["waiting"] = setting.waiting;
    one["words"] = setting.words.empty() ? Json{} : Json(setting.words);
    json["settings"].push_back(std::move(one));
  }
  json["trainings"] = Json::array();
  for (const auto& cell : cells) {
    Json one{{"name", cell.name}, {"state", to_string(cell.state)}, {"attempts", cell.attempts}};
    one["run"] = cell.run ? Json(cell.run->text()) : Json{};
    one["result"] = Json::parse(cell.result, nullptr, false);
    if (one["result"].is_discarded()) one["result"] = nullptr;
    json["trainings"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace erg
