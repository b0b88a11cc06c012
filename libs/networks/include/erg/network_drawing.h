// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "erg/network.h"

namespace erg {

// The graph in the DOT language of Graphviz: a box a layer with its kind and the shape it makes.
std::string to_dot(const Network& network);

}  // namespace erg
