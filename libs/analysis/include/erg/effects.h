// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/observations.h"

namespace erg {

// What is varied while all else is equal. Do not rename: `--by` holds these words.
enum class Property { branches, structure, device, data, batch, precision, cap };

std::string_view to_string(Property property);
// Throws FitError with the nearest name.
Property property_from(std::string_view word);

// One value of the property: the mean of the rows that have it.
struct EffectLevel {
  std::string value;  // "2", "RTX 4090", "plain"
  double number = 0;  // of branches, images a step, watts; else 0
  std::size_t rows = 0;
  std::optional<Joules> energy;  // empty where a row has none
  std::optional<Seconds> time;
  double images = 0;  // of the unit; 0: not known, or not the same
};

// Rows that are alike in all but the property.
struct Effect {
  std::string of;                   // "resnet18_thesis, batch 128"
  std::optional<EffectLevel> base;  // branches: the network without any
  std::vector<EffectLevel> levels;  // two at least; numbers rise, words are sorted
};

// Branches are those of the study's series (googlenet_mod5 to 8, googlenet_1x1_b1.., ..._5x5_b1..;
// any name that ends in _b and a number), with googlenet_mod9, which has none, as their base; and
// googlenet_mod1 to 4, each without one of googlenet_thesis' four. Structure holds the twins
// NAME_plain and NAME_thesis (or NAME) against each other. Throws FitError where nothing varies.
std::vector<Effect> effects(const Observations& table, Property property);

// What one more of `number` adds, from the level before (or the base) on; and f(n) / (n f(1)),
// below 1 where branches run side by side. Empty without what they need.
std::optional<double> added(const Effect& effect, std::size_t level, Target target);
std::optional<double> scaling(const Effect& effect, std::size_t level, Target target);
// The same of what is above the base: (f(n) - f(0)) / (n (f(1) - f(0))).
std::optional<double> scaling_above_base(const Effect& effect, std::size_t level, Target target);

}  // namespace erg
