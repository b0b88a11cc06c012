// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "erg/network.h"

namespace erg {

// A network that `erg` knows by name.
struct CatalogueEntry {
  std::string_view name;
  std::string_view family;  // "resnet", "googlenet", ...: left out together in cross-validation
  std::string_view description;
  Shape input;                // channels x height x width, or the length of a token sequence
  std::int64_t classes = 10;  // outputs; the vocabulary of a language model
};

// What may differ from the entry. Left empty: the entry's own.
struct NetworkOptions {
  std::optional<std::int64_t> classes = std::nullopt;
  std::optional<std::int64_t> channels = std::nullopt;
  // Layers behind a flatten take the width that this input gives them.
  std::optional<Shape> input = std::nullopt;
};

// All of them, in the order they are shown. Constant for the life of the program.
std::span<const CatalogueEntry> catalogue();

// Null for a name that is not there.
const CatalogueEntry* find_in_catalogue(std::string_view name);

// Throws NetworkError for an unknown name (with the nearest known one), for options that contradict
// each other, and for an input too small.
Network make_network(std::string_view name, const NetworkOptions& options = {});

}  // namespace erg
