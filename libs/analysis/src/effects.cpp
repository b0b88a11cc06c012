// SPDX-License-Identifier: Apache-2.0
#include "erg/effects.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "erg/least_squares.h"
#include "erg/suggest.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 7> kProperties{"branches", "structure", "device", "data",
                                                      "batch",    "precision", "cap"};
constexpr std::string_view kNoBranch = "googlenet_mod9";

// Where a row belongs: to which group, with which value.
struct Place {
  std::string group;
  std::string value;
  double number = 0;
};

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

// "name" and 3 of "name3"; 0 where it does not end in digits.
std::pair<std::string_view, int> without_number(std::string_view name) {
  auto end = name.size();
  while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1]))) --end;
  int number = 0;
  std::from_chars(name.data() + end, name.data() + name.size(), number);
  return {name.substr(0, end), number};
}

std::optional<Place> branches_of(const std::string& network) {
  constexpr std::array<std::string_view, 4> kRemoved{"1x1", "1x1-3x3", "1x1-5x5", "pool-1x1"};
  const auto [stem, number] = without_number(network);
  if (network == "googlenet_thesis") return Place{"googlenet_thesis, a branch removed", "all", 0};
  if (stem == "googlenet_mod") {
    if (number >= 1 && number <= 4) {
      return Place{"googlenet_thesis, a branch removed",
                   "without " + std::string{kRemoved[static_cast<std::size_t>(number - 1)]}, 0};
    }
    if (number >= 5 && number <= 8) {
      return Place{"googlenet_mod5-8, branches 1x1-3x3", std::to_string(number - 4),
                   double(number - 4)};
    }
    return std::nullopt;
  }
  if (!stem.ends_with("_b") || number < 1) return std::nullopt;
  return Place{std::string{stem.substr(0, stem.size() - 2)} + " branches", std::to_string(number),
               double(number)};
}

std::optional<Place> structure_of(const std::string& network) {
  for (const std::string_view end : {"_plain", "_thesis"}) {
    if (!network.ends_with(end)) continue;
    return Place{network.substr(0, network.size() - end.size()),
                 end == "_plain" ? "plain" : "residual", 0};
  }
  return Place{network, "residual", 0};
}

std::optional<double> cap_of(const Observations& table, const Observation& row) {
  const auto found = std::ranges::find(table.features, "cap_w");
  if (found == table.features.end()) return std::nullopt;
  return row.features[static_cast<std::size_t>(found - table.features.begin())];
}

std::optional<Place> place_of(const Observations& table, const Observation& row,
                              Property property) {
  const auto named = [&](const std::string& value) { return Place{row.network, value, 0}; };
  switch (property) {
    case Property::branches:
      return branches_of(row.network);
    case Property::structure:
      return structure_of(row.network);
    case Property::device:
      return named(row.device);
    case Property::data:
      return named(row.data);
    case Property::precision:
      return named(row.precision);
    case Property::batch:
      return Place{row.network, short_number(row.batch), row.batch};
    case Property::cap:
      break;
  }
  const auto cap = cap_of(table, row);
  if (!cap)
    throw FitError{"the rows have no cap_w: runs under power caps have, or name its column"};
  return Place{row.network, short_number(*cap) + " W", *cap};
}

// What else tells rows apart, the property and the network left out.
std::string rest_of(const Observations& table, const Observation& row, Property property) {
  std::string text;
  const auto add = [&](Property one, const std::string& word) {
    if (one != property && !word.empty()) text += ", " + word;
  };
  add(Property::device, row.device);
  add(Property::data, row.data);
  add(Property::batch, row.batch > 0 ? "batch " + short_number(row.batch) : "");
  add(Property::precision, row.precision);
  if (const auto cap = cap_of(table, row)) add(Property::cap, short_number(*cap) + " W");
  return text;
}

// Sums until the end, then means.
void add_row(const Observation& row, EffectLevel& level) {
  const bool first = level.rows++ == 0;
  if (first) {
    level.energy = row.energy;
    level.time = row.time;
    level.images = row.images;
    return;
  }
  level.energy =
      level.energy && row.energy ? std::optional{*level.energy + *row.energy} : std::nullopt;
  level.time = level.time && row.time ? std::optional{*level.time + *row.time} : std::nullopt;
  if (level.images != row.images) level.images = 0;
}

EffectLevel mean_of(EffectLevel level) {
  const double rows = static_cast<double>(level.rows);
  if (level.energy) level.energy = *level.energy / rows;
  if (level.time) level.time = *level.time / rows;
  return level;
}

double value_of(const EffectLevel& level, Target target) {
  if (target == Target::energy) return level.energy ? level.energy->value() : std::nan("");
  return level.time ? level.time->count() : std::nan("");
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

const EffectLevel* single(const Effect& effect) {
  const auto one = std::ranges::find(effect.levels, 1.0, &EffectLevel::number);
  return one == effect.levels.end() ? nullptr : &*one;
}

[[noreturn]] void nothing_varies(const Observations& table, Property property) {
  const std::string what{to_string(property)};
  std::string help = "; measure the same networks with another " + what;
  if (property == Property::branches) {
    help =
        "; the series are googlenet_mod5 to 8, googlenet_1x1_b1 to 4, googlenet_5x5_b1 to 4 "
        "(--names study for the study's own tables)";
  }
  if (property == Property::structure) {
    help = "; twins are resnet18_thesis and resnet18_plain, resnet34_thesis and resnet34_plain";
  }
  throw FitError{"among " + std::to_string(table.rows.size()) + " rows none differ in " + what +
                 " alone" + help};
}

}  // namespace

std::string_view to_string(Property property) {
  return kProperties[static_cast<std::size_t>(property)];
}

Property property_from(std::string_view word) {
  for (std::size_t i = 0; i < kProperties.size(); ++i) {
    if (kProperties[i] == word) return static_cast<Property>(i);
  }
  throw FitError{"--by is branches, structure, device, data, batch, precision or cap, not '" +
                 std::string{word} + "'" + suggestion(word, kProperties)};
}

std::vector<Effect> effects(const Observations& table, Property property) {
  using Key = std::tuple<double, std::string>;
  std::map<std::string, std::map<Key, EffectLevel>> groups;
  std::map<std::string, EffectLevel> bases;
  for (const auto& row : table.rows) {
    const auto rest = rest_of(table, row, property);
    if (property == Property::branches && row.network == kNoBranch) {
      bases[rest].value = "0";
      add_row(row, bases[rest]);
    }
    const auto place = place_of(table, row, property);
    if (!place || place->value.empty()) continue;
    EffectLevel& level = groups[place->group + rest][{place->number, place->value}];
    level.value = place->value;
    level.number = place->number;
    add_row(row, level);
  }
  std::vector<Effect> all;
  for (const auto& [of, levels] : groups) {
    if (levels.size() < 2) continue;
    Effect effect{of.starts_with(", ") ? of.substr(2) : of, {}, {}};
    for (const auto& [key, level] : levels) effect.levels.push_back(mean_of(level));
    const auto comma = of.find(", ", of.find("branches"));
    const auto base = bases.find(comma == std::string::npos ? "" : of.substr(comma));
    if (of.starts_with("googlenet") && effect.levels.back().number > 0 && base != bases.end()) {
      effect.base = mean_of(base->second);
    }
    all.push_back(std::move(effect));
  }
  if (all.empty()) nothing_varies(table, property);
  return all;
}

std::optional<double> added(const Effect& effect, std::size_t level, Target target) {
  const EffectLevel& now = effect.levels[level];
  const EffectLevel* before = level > 0     ? &effect.levels[level - 1]
                              : effect.base ? &*effect.base
                                            : nullptr;
  if (!before || !(now.number > before->number)) return std::nullopt;
  return finite((value_of(now, target) - value_of(*before, target)) /
                (now.number - before->number));
}

std::optional<double> scaling(const Effect& effect, std::size_t level, Target target) {
  const EffectLevel* one = single(effect);
  const EffectLevel& now = effect.levels[level];
  if (!one || !(now.number > 0)) return std::nullopt;
  return finite(value_of(now, target) / (now.number * value_of(*one, target)));
}

std::optional<double> scaling_above_base(const Effect& effect, std::size_t level, Target target) {
  const EffectLevel* one = single(effect);
  const EffectLevel& now = effect.levels[level];
  if (!one || !effect.base || !(now.number > 0)) return std::nullopt;
  const double base = value_of(*effect.base, target);
  return finite((value_of(now, target) - base) / (now.number * (value_of(*one, target) - base)));
}

}  // namespace erg
