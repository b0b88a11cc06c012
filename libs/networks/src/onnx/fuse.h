// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "erg/network.h"

namespace erg::onnx {

// Nodes in order of execution, and which of them are results.
struct Nodes {
  std::vector<Node> nodes;
  std::vector<std::size_t> outputs;
};

// Puts back together what an export took apart where the format has no operator for it (GELU, SiLU,
// Hardswish, Mish, layer norm), and drops what leads to no output. Inputs stay.
// `shapes` are those of the nodes.
Nodes fuse(Nodes graph, const std::vector<Shape>& shapes);

}  // namespace erg::onnx
