// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string>

#include "erg/layer.h"
#include "overloaded.h"

namespace erg {
namespace {

void fill(std::int64_t& width, std::int64_t came) {
  if (width == 0) width = came;
}

}  // namespace

Layer resolved(const Layer& layer, std::span<const Shape> inputs) {
  Layer full = layer;
  std::visit(Overloaded{
                 [&](Conv1d& l) { fill(l.in_channels, inputs[0][0]); },
                 [&](Conv2d& l) { fill(l.in_channels, inputs[0][0]); },
                 [&](ConvTranspose2d& l) { fill(l.in_channels, inputs[0][0]); },
                 [&](PatchEmbedding& l) { fill(l.in_channels, inputs[0][0]); },
                 [&](Linear& l) { fill(l.in_features, inputs[0].dims.back()); },
                 [&](BatchNorm& l) { fill(l.features, inputs[0][0]); },
                 [&](LayerNorm& l) { fill(l.features, inputs[0].dims.back()); },
                 [&](GroupNorm& l) { fill(l.channels, inputs[0][0]); },
                 [&](MaxPool2d& l) {
                   fill(l.stride.height, l.kernel.height);
                   fill(l.stride.width, l.kernel.width);
                 },
                 [&](AvgPool2d& l) {
                   fill(l.stride.height, l.kernel.height);
                   fill(l.stride.width, l.kernel.width);
                 },
                 [&](PReLU& l) { fill(l.channels, inputs[0][0]); },
                 [&](ClassToken& l) { fill(l.dim, inputs[0][1]); },
                 [&](PositionEmbedding& l) {
                   fill(l.length, inputs[0][0]);
                   fill(l.dim, inputs[0][1]);
                 },
                 [&](MultiHeadAttention& l) {
                   fill(l.dim, inputs[0][1]);
                   fill(l.head_dim, l.dim / l.heads);
                 },
                 [](auto&) {},
             },
             full);
  for (const auto& tensor : tensors(full)) {
    try {
      tensor.shape.elements();
    } catch (const std::overflow_error& error) {
      throw LayerError{std::string{tensor.name} + ": " + error.what()};
    }
  }
  return full;
}

}  // namespace erg
