// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "erg/layer.h"

namespace erg {

// A kind of layer by its name, with the options it has when nothing is said.
struct NamedLayer {
  std::string_view name;
  Layer layer;
};

// Every kind there is.
std::span<const NamedLayer> layer_kinds();

}  // namespace erg
