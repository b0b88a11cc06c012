// SPDX-License-Identifier: Apache-2.0
#include "structure.h"

#include <algorithm>
#include <vector>

#include "costs.h"

namespace erg {

Structure structure_of(const Network& network) {
  Structure structure;
  std::vector<std::uint64_t> depth(network.size(), 0);  // weighted layers on the longest way here
  std::vector<std::size_t> level(network.size(), 0);    // weighted and pooling ones
  std::vector<std::uint64_t> at_level(network.size() + 1, 0);
  for (std::size_t i = 0; i < network.size(); ++i) {
    const Node& node = network[i];
    for (const auto input : node.inputs) {
      depth[i] = std::max(depth[i], depth[input]);
      level[i] = std::max(level[i], level[input]);
    }
    const bool weighted = is_weighted(node.layer);
    if (weighted) ++depth[i];
    if (weighted || is_pooling(node.layer)) {
      ++level[i];
      structure.branches = std::max(structure.branches, ++at_level[level[i]]);
    }
    structure.layers += !node.inputs.empty() && !is_view(node.layer);
    structure.weighted_layers += weighted;
    structure.depth = std::max(structure.depth, depth[i]);
    const auto* combine = std::get_if<Combine>(&node.layer);
    structure.residual_additions += combine && combine->arithmetic == Arithmetic::add;
    structure.concatenations += std::holds_alternative<Concat>(node.layer);
  }
  return structure;
}

}  // namespace erg
