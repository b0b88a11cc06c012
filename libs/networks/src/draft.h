// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/network.h"

namespace erg {

// A node whose inputs are still names, in any order.
struct DraftNode {
  std::string name;
  Layer layer;
  std::vector<std::string> inputs;
  std::string shares = {};               // empty: none
  std::vector<std::string> shared = {};  // which tensors of it; empty: all
  bool frozen = false;
};

// Puts drafts in an order of execution, keeping theirs where it will do. Throws NetworkError: for a
// name that no node has, for one that two have, for a cycle (with its nodes).
Network assemble(const std::string& name, std::vector<DraftNode> drafts, const std::string& output,
                 Initialization initialization);

}  // namespace erg
