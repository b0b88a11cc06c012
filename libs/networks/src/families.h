// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "erg/catalogue.h"
#include "erg/network.h"

namespace erg {

// What a catalogue entry is built for.
struct Request {
  std::string name;
  Shape input;
  std::int64_t classes = 0;
};

// A catalogue entry and how to build it.
struct Recipe {
  CatalogueEntry entry;
  Network (*build)(const Request&);
};

// The recipes of each family, in the order they are shown.
std::vector<Recipe> lenet_recipes();
std::vector<Recipe> alexnet_recipes();
std::vector<Recipe> vgg_recipes();
std::vector<Recipe> resnet_thesis_recipes();
std::vector<Recipe> resnet_recipes();
std::vector<Recipe> googlenet_thesis_recipes();
std::vector<Recipe> googlenet_recipes();
std::vector<Recipe> mobilenet_recipes();
std::vector<Recipe> mobilenet_v3_recipes();
std::vector<Recipe> efficientnet_recipes();
std::vector<Recipe> densenet_recipes();
std::vector<Recipe> convnext_recipes();
std::vector<Recipe> transformer_recipes();

}  // namespace erg
