// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "erg/layers.h"

// Layers without weights; conventions as in layers.h.
namespace erg {

// Elementwise functions of one tensor. The first fourteen are PyTorch's modules of these names;
// gelu is the exact one (erf), gelu_tanh its approximation. power: x to the `parameter`; the slope
// of leaky_relu and the alpha of elu are `parameter` too; the others have none.
enum class Function {
  relu,
  relu6,
  leaky_relu,
  elu,
  gelu,
  gelu_tanh,
  silu,
  hardswish,
  hardsigmoid,
  sigmoid,
  tanh,
  softplus,
  mish,
  selu,
  erf,
  exp,
  log,
  sqrt,
  reciprocal,
  negative,
  absolute,
  sine,
  cosine,
  power,
};

struct Activation {
  Function function = Function::relu;
  double parameter = 0;
  bool operator==(const Activation&) const = default;
};

// min(max(x, low), high).
struct Clamp {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool operator==(const Clamp&) const = default;
};

// x * scale + shift, by two fixed numbers.
struct Affine {
  double scale = 1;
  double shift = 0;
  bool operator==(const Affine&) const = default;
};

struct Softmax {
  std::int64_t axis = -1;  // of one example; negative: from the end
  bool logarithm = false;
  bool operator==(const Softmax&) const = default;
};

// stride 0: the kernel's. With ceil_mode, a window that would start in the right padding is left
// out, as in PyTorch.
struct MaxPool2d {
  Pair kernel = 1;
  Pair stride = 0;
  Pair padding = 0;
  Pair dilation = 1;
  bool ceil_mode = false;
  bool operator==(const MaxPool2d&) const = default;
};

struct AvgPool2d {
  Pair kernel = 1;
  Pair stride = 0;
  Pair padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
  bool operator==(const AvgPool2d&) const = default;
};

struct AdaptiveAvgPool2d {
  Pair output = 1;
  bool operator==(const AdaptiveAvgPool2d&) const = default;
};

enum class Reduction { mean, sum, max, min };

// Over some axes, which stay as extents of 1 when kept and vanish otherwise.
struct Reduce {
  Reduction reduction = Reduction::mean;
  std::vector<std::int64_t> axes;  // of one example; negative: from the end
  bool keep = false;
  bool operator==(const Reduce&) const = default;
};

// To a fixed multiple in height and width, or to a fixed size, larger or smaller, where that is not
// 0; nearest or bilinear.
struct Upsample2d {
  Pair factor = 2;
  bool bilinear = false;
  bool align_corners = false;
  Pair size = 0;
  bool operator==(const Upsample2d&) const = default;
};

// What padding is made of: a number, or what the tensor holds next to it. reflect: mirrored at the
// last number, which is not repeated; replicate: that number; circular: from the other end.
enum class PadMode { constant, reflect, replicate, circular };

// Around the last two axes; negative crops, with `value` only.
struct Pad2d {
  std::int64_t top = 0;
  std::int64_t bottom = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
  double value = 0;
  PadMode mode = PadMode::constant;
  bool operator==(const Pad2d&) const = default;
};

struct Dropout {
  double p = 0.5;
  bool operator==(const Dropout&) const = default;
};

// In training zeroes its input for whole examples with probability p and divides the rest by 1 - p
// (torchvision's "row" mode); otherwise passes it on.
struct StochasticDepth {
  double p = 0;
  bool operator==(const StochasticDepth&) const = default;
};

}  // namespace erg
