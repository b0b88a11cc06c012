// SPDX-License-Identifier: Apache-2.0
#include "fit_units.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "console.h"
#include "erg/least_squares.h"
#include "erg/lower_case.h"

namespace erg {
namespace {

using Unit = std::pair<std::string_view, double>;
constexpr std::array<Unit, 6> kEnergies{
    {{"kwh", 3.6e6}, {"wh", 3600}, {"mj", 1e-3}, {"kj", 1e3}, {"j", 1}, {"uj", 1e-6}}};
constexpr std::array<Unit, 6> kTimes{
    {{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"min", 60}, {"h", 3600}, {"s", 1}}};

std::optional<double> named(std::span<const Unit> units, std::string_view word) {
  const auto found = std::ranges::find(units, word, &Unit::first);
  return found == units.end() ? std::nullopt : std::optional{found->second};
}

double factor(std::span<const Unit> units, std::string_view column, const std::string& unit,
              const char* option) {
  const auto name = lower_case(column);
  const auto line = name.rfind('_');
  std::optional<double> said;
  if (line != std::string::npos) said = named(units, std::string_view{name}.substr(line + 1));
  if (unit.empty()) return said.value_or(1);
  const auto asked = named(units, lower_case(unit));
  if (!asked) {
    std::string known;
    for (const auto& [word, value] : units)
      known += (known.empty() ? "" : ", ") + std::string{word};
    throw UsageError{std::string{option} + " is one of " + known + ", not '" + unit + "'"};
  }
  if (said && *said != *asked) {
    throw FitError{"units disagree: the column '" + std::string{column} +
                   "' is named for another unit than " + option + " " + unit +
                   "; leave the option out, or rename the column"};
  }
  return *asked;
}

}  // namespace

double energy_factor(std::string_view column, const std::string& unit) {
  return factor(kEnergies, column, unit, "--energy-unit");
}

double time_factor(std::string_view column, const std::string& unit) {
  return factor(kTimes, column, unit, "--time-unit");
}

}  // namespace erg
