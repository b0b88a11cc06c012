// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "graph_module.h"

namespace erg {

// The operation of a layer on its own tensors, which are in the order of erg::tensors(layer).
// `output` is the shape of one example. Throws LayerError for a layer that cannot be executed.
Operation make_operation(const Layer& layer, std::span<const at::Tensor> tensors,
                         const Shape& output);

}  // namespace erg
