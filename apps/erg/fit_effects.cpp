// SPDX-License-Identifier: Apache-2.0
#include "fit_effects.h"

#include <fmt/format.h>

#include <cmath>

#include "console.h"
#include "erg/json_writer.h"
#include "erg/numbers.h"
#include "erg/text_table.h"

namespace erg {
namespace {

using Align = TextTable::Align;

std::optional<double> value_of(const EffectLevel& level, Target target) {
  if (target == Target::energy) {
    return level.energy ? std::optional{level.energy->value()} : std::nullopt;
  }
  return level.time ? std::optional{level.time->count()} : std::nullopt;
}

std::string cell(const std::optional<double>& value) { return value ? number(*value) : "-"; }

// Of the first level's value, by image where both know theirs.
std::optional<double> against_first(const Effect& effect, const EffectLevel& level, Target target) {
  const EffectLevel& first = effect.levels.front();
  const auto one = value_of(first, target);
  const auto now = value_of(level, target);
  if (!one || !now || !(*one > 0)) return std::nullopt;
  const bool by_image = first.images > 0 && level.images > 0;
  return *now / *one * (by_image ? first.images / level.images : 1);
}

std::string percent_cell(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:+.1f} %", 100 * (*ratio - 1)) : "-";
}

std::string ratio_cell(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : "-";
}

bool counted(const Effect& effect) { return effect.levels.back().number > 0; }

std::string branches_text(const Effect& effect) {
  TextTable table{{{"n"},
                   {"energy / J", Align::right},
                   {"added / J", Align::right},
                   {"E(n)/(n E(1))", Align::right},
                   {"above base", Align::right},
                   {"time / s", Align::right},
                   {"added / s", Align::right},
                   {"T(n)/(n T(1))", Align::right},
                   {"above base", Align::right}}};
  if (effect.base) {
    table.add({"0", cell(value_of(*effect.base, Target::energy)), "-", "-", "-",
               cell(value_of(*effect.base, Target::time)), "-", "-", "-"});
  }
  for (std::size_t i = 0; i < effect.levels.size(); ++i) {
    std::vector<std::string> cells{effect.levels[i].value};
    for (const auto target : {Target::energy, Target::time}) {
      cells.push_back(cell(value_of(effect.levels[i], target)));
      cells.push_back(cell(added(effect, i, target)));
      cells.push_back(ratio_cell(scaling(effect, i, target)));
      cells.push_back(ratio_cell(scaling_above_base(effect, i, target)));
    }
    table.add(std::move(cells));
  }
  return table.text(stdout_style());
}

std::string levels_text(const Effect& effect, Property property) {
  TextTable table{{{std::string{to_string(property)}},
                   {"rows", Align::right},
                   {"energy / J", Align::right},
                   {"J by image", Align::right},
                   {"energy", Align::right},
                   {"time / s", Align::right},
                   {"ms by image", Align::right},
                   {"time", Align::right}}};
  for (const auto& level : effect.levels) {
    const auto by_image = [&](Target target, double scale) {
      const auto value = value_of(level, target);
      return value && level.images > 0 ? std::optional{scale * *value / level.images}
                                       : std::nullopt;
    };
    const bool first = &level == &effect.levels.front();
    const auto against = [&](Target target) {
      return first ? "" : percent_cell(against_first(effect, level, target));
    };
    table.add({plain_text(level.value), std::to_string(level.rows),
               cell(value_of(level, Target::energy)), cell(by_image(Target::energy, 1)),
               against(Target::energy), cell(value_of(level, Target::time)),
               cell(by_image(Target::time, 1000)), against(Target::time)});
  }
  return table.text(stdout_style());
}

void write_level(JsonWriter& out, const Effect& effect, const EffectLevel& level,
                 std::optional<std::size_t> index) {
  out.begin_object().member("value", level.value).member("rows", level.rows);
  out.member("number", level.number > 0 ? std::optional{level.number} : std::nullopt);
  out.member("images", level.images > 0 ? std::optional{level.images} : std::nullopt);
  out.member("energy_j", value_of(level, Target::energy));
  out.member("time_s", value_of(level, Target::time));
  out.member("energy_ratio", against_first(effect, level, Target::energy));
  out.member("time_ratio", against_first(effect, level, Target::time));
  const auto of = [&](auto function, Target target) {
    return index && counted(effect) ? function(effect, *index, target) : std::nullopt;
  };
  out.member("added_j", of(added, Target::energy)).member("added_s", of(added, Target::time));
  out.member("energy_scaling", of(scaling, Target::energy));
  out.member("time_scaling", of(scaling, Target::time));
  out.member("energy_scaling_above_base", of(scaling_above_base, Target::energy));
  out.member("time_scaling_above_base", of(scaling_above_base, Target::time));
  out.end_object();
}

}  // namespace

std::string effects_text(std::span<const Effect> effects, Property property,
                         const std::string& unit) {
  std::string text;
  for (const auto& effect : effects) {
    text += (text.empty() ? "" : "\n") + plain_text(effect.of) + ", of one " + unit + "\n";
    const bool branches = property == Property::branches && counted(effect);
    text += branches ? branches_text(effect) : levels_text(effect, property);
  }
  return text;
}

std::string effects_json(std::span<const Effect> effects, Property property,
                         const Observations& table) {
  JsonWriter out{2};
  out.begin_object().member("by", to_string(property)).member("unit", table.unit);
  out.member("source", table.source).key("groups").begin_array();
  for (const auto& effect : effects) {
    out.begin_object().member("of", effect.of).key("base");
    if (effect.base) {
      write_level(out, effect, *effect.base, {});
    } else {
      out.null();
    }
    out.key("levels").begin_array();
    for (std::size_t i = 0; i < effect.levels.size(); ++i) {
      write_level(out, effect, effect.levels[i], i);
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  return out.take() + "\n";
}

}  // namespace erg
