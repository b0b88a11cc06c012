// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "erg/layers.h"

// Layers that move numbers or combine tensors, and those of transformers; conventions as in
// layers.h.
namespace erg {

// Everything from axis `first` on becomes one axis.
struct Flatten {
  std::int64_t first = 0;
  bool operator==(const Flatten&) const = default;
};

// At most one extent may be -1: what is left.
struct Reshape {
  std::vector<std::int64_t> dims;
  bool operator==(const Reshape&) const = default;
};

// Output axis i is input axis order[i].
struct Permute {
  std::vector<std::int64_t> order;
  bool operator==(const Permute&) const = default;
};

// [begin, end) of one axis, every step-th; negative: from the end; an end beyond is the end.
struct Slice {
  std::int64_t axis = 0;
  std::int64_t begin = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  std::int64_t step = 1;
  bool operator==(const Slice&) const = default;
};

// One position of an axis, which vanishes: x[:, index] in PyTorch for axis 0.
struct Select {
  std::int64_t axis = 0;
  std::int64_t index = 0;
  bool operator==(const Select&) const = default;
};

// Broadcasts to a shape.
struct Expand {
  std::vector<std::int64_t> dims;
  bool operator==(const Expand&) const = default;
};

// Of two tensors or more, which agree on the other axes.
struct Concat {
  std::int64_t axis = 0;
  bool operator==(const Concat&) const = default;
};

// Elementwise with PyTorch's broadcasting; add and multiply take two tensors or more.
enum class Arithmetic { add, multiply, subtract, divide };

struct Combine {
  Arithmetic arithmetic = Arithmetic::add;
  bool operator==(const Combine&) const = default;
};

// (..., m, k) times (..., k, n), leading axes broadcast.
struct MatMul {
  bool operator==(const MatMul&) const = default;
};

// (C, H, W) -> (H/patch * W/patch, dim): a Conv2d with kernel and stride `patch`, then one row a
// patch, row by row of the image. The image must be at least one patch; the rest is cut off.
// Weights as the Conv2d's: weight {dim, C, patch, patch}, bias {dim}.
struct PatchEmbedding {
  std::int64_t in_channels = 0;
  std::int64_t dim = 0;
  Pair patch = 16;
  bool operator==(const PatchEmbedding&) const = default;
};

// (L, dim) -> (L + 1, dim): puts one learned row, weight {1, dim}, first.
struct ClassToken {
  std::int64_t dim = 0;
  bool operator==(const ClassToken&) const = default;
};

// (L, dim) -> same: adds the first L rows of a learned table, weight {length, dim}.
struct PositionEmbedding {
  std::int64_t length = 0;
  std::int64_t dim = 0;
  bool operator==(const PositionEmbedding&) const = default;
};

// Tokens (L) -> (L, dim): row t of weight {vocabulary, dim} for token t.
struct TokenEmbedding {
  std::int64_t vocabulary = 0;
  std::int64_t dim = 0;
  bool operator==(const TokenEmbedding&) const = default;
};

// Self-attention, (L, dim) -> (L, dim), with w = heads * head_dim (0: dim / heads):
//   q, k, v = the three thirds, in this order, of x in_proj_weight^T + in_proj_bias
//   head h has columns [h * head_dim, (h + 1) * head_dim) of each
//   head = dropout(softmax(q k^T / sqrt(head_dim))) v; causal: position i sees j <= i only
//   y = [heads side by side] out_proj.weight^T + out_proj.bias
// Weights: in_proj_weight {3 w, dim}, in_proj_bias {3 w}, out_proj.weight {dim, w}, out_proj.bias
// {dim}. With w = dim these are torch.nn.MultiheadAttention's own; batch first.
struct MultiHeadAttention {
  std::int64_t dim = 0;
  std::int64_t heads = 1;
  std::int64_t head_dim = 0;
  bool in_bias = true;
  bool out_bias = true;
  bool causal = false;
  double dropout = 0;
  bool operator==(const MultiHeadAttention&) const = default;
};

}  // namespace erg
