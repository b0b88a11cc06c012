// SPDX-License-Identifier: Apache-2.0
#include "erg/catalogue.h"

#include <iterator>
#include <string>
#include <vector>

#include "erg/suggest.h"
#include "families.h"

namespace erg {
namespace {

struct Catalogue {
  std::vector<CatalogueEntry> entries;
  std::vector<Recipe> recipes;
};

const Catalogue& known() {
  static const Catalogue all = [] {
    Catalogue catalogue;
    for (const auto family :
         {lenet_recipes, alexnet_recipes, vgg_recipes, resnet_thesis_recipes, resnet_recipes,
          googlenet_thesis_recipes, googlenet_recipes, mobilenet_recipes, mobilenet_v3_recipes,
          efficientnet_recipes, densenet_recipes, convnext_recipes, transformer_recipes}) {
      auto recipes = family();
      std::move(recipes.begin(), recipes.end(), std::back_inserter(catalogue.recipes));
    }
    for (const auto& recipe : catalogue.recipes) catalogue.entries.push_back(recipe.entry);
    return catalogue;
  }();
  return all;
}

[[noreturn]] void unknown(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& entry : known().entries) names.push_back(entry.name);
  const std::string nearest = suggestion(name, names);
  throw NetworkError{"no network is called '" + std::string{name} + "'" +
                     (nearest.empty() ? ": erg network list names all" : nearest)};
}

Shape chosen_input(const CatalogueEntry& entry, const NetworkOptions& options) {
  Shape input = options.input.value_or(entry.input);
  if (!options.channels) return input;
  if (input.rank() != 3) {
    throw NetworkError{"network '" + std::string{entry.name} + "' takes " + to_string(input) +
                       ", which has no channels to choose"};
  }
  if (options.input && input[0] != *options.channels) {
    throw NetworkError{std::to_string(*options.channels) + " channels contradict an input of " +
                       to_string(input)};
  }
  input.dims[0] = *options.channels;
  return input;
}

}  // namespace

std::span<const CatalogueEntry> catalogue() { return known().entries; }

const CatalogueEntry* find_in_catalogue(std::string_view name) {
  for (const auto& entry : known().entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

Network make_network(std::string_view name, const NetworkOptions& options) {
  for (const auto& recipe : known().recipes) {
    if (recipe.entry.name != name) continue;
    return recipe.build({std::string{name}, chosen_input(recipe.entry, options),
                         options.classes.value_or(recipe.entry.classes)});
  }
  unknown(name);
}

}  // namespace erg
