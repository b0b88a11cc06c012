// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "erg/layers.h"
#include "erg/layers_plain.h"
#include "erg/layers_shape.h"

namespace erg {

using Layer =
    std::variant<Input, Parameter, Constant, Conv1d, Conv2d, ConvTranspose2d, Linear, BatchNorm,
                 LayerNorm, GroupNorm, LocalResponseNorm, Scale, PReLU, Activation, Clamp, Affine,
                 Softmax, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, Reduce, Upsample2d, Pad2d,
                 Dropout, StochasticDepth, Flatten, Reshape, Permute, Slice, Select, Expand, Concat,
                 Combine, MatMul, PatchEmbedding, ClassToken, PositionEmbedding, TokenEmbedding,
                 MultiHeadAttention>;

// Thrown for a layer that cannot be: what came, and what was wanted. The text names no layer;
// Network adds that.
class LayerError : public std::invalid_argument {
 public:
  using invalid_argument::invalid_argument;
};

// "Conv2d", "ReLU", "Add": PyTorch's class name where there is one. The kind of its spans, and its
// name in a file.
std::string_view kind(const Layer& layer);

// How many tensors it takes. most = the largest number where any number will do.
struct Arity {
  std::size_t least;
  std::size_t most;
};
Arity arity(const Layer& layer);

// The shape of what it makes of `inputs`. Throws LayerError.
Shape output_shape(const Layer& layer, std::span<const Shape> inputs);

// The same layer with every width that was left 0 filled from `inputs`. Precondition:
// output_shape() takes them. Throws LayerError for tensors too large.
Layer resolved(const Layer& layer, std::span<const Shape> inputs);

// How a tensor starts. `weight` and `bias` follow the network's Initialization.
enum class Fill { weight, bias, constant, normal };

// A tensor that a layer keeps, as PyTorch names it below the module: "weight", "in_proj_bias".
struct Tensor {
  std::string_view name;
  Shape shape;
  Fill fill = Fill::weight;
  double value = 0;         // the constant; the standard deviation of a normal around 0
  bool trainable = true;    // false: running statistics
  std::int64_t fan_in = 0;  // of weight and bias
  std::int64_t fan_out = 0;
};

// In PyTorch's order: trainable ones first. Precondition: resolved.
std::vector<Tensor> tensors(const Layer& layer);

// Moves no numbers and launches no kernel: flatten, reshape, permute, slice, select, expand.
bool is_view(const Layer& layer);

// Holds a matrix product: convolutions, linear layers, patch embedding, attention, MatMul.
bool is_weighted(const Layer& layer);

}  // namespace erg
