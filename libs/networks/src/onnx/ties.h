// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.h"

namespace erg::onnx {

// Makes layers share the weights that PyTorch tied, and gives back the biases that its exporters
// left out for being zero. To be called once, when all operations are layers.
//
// Exporters write equal numbers once, so one initializer is not always one weight: layers that
// began as copies of each other, or as ones and zeros, have it in common until they are trained.
// What tells them apart: the parameters that the newer exporter noted; without those, names,
// modules and biases (docs/formats/networks.md).
void tie_weights(Context& context);

}  // namespace erg::onnx
