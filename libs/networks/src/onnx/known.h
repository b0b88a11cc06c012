// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graph.h"
#include "model.h"

namespace erg::onnx {

// What an operation makes when that can be told without a node: constants, and the shapes that
// graphs compute. Empty for work on the data, and on weights that are learned. Throws LayerError.
std::optional<Value> known_result(const Operation& operation,
                                  const std::vector<const Value*>& inputs, std::int64_t opset);

}  // namespace erg::onnx
