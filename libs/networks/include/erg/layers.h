// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "erg/shape.h"

// The options of every kind of layer. Shapes and axes are those of one example: PyTorch's, with the
// batch dimension taken away, so axis 0 here is dimension 1 there; a layer treats the examples of a
// batch alike. Where PyTorch has a module of the same name, the meaning is that module's.
// A width that is 0 (in_channels, in_features, features, channels, dim of a position embedding's
// length) is "whatever arrives": Network fills it from its own input shape.
namespace erg {

// Height and width; one number means both.
struct Pair {
  std::int64_t height = 1;
  std::int64_t width = 1;

  constexpr Pair() = default;
  constexpr Pair(std::int64_t both) : height{both}, width{both} {}
  constexpr Pair(std::int64_t h, std::int64_t w) : height{h}, width{w} {}
  friend constexpr bool operator==(const Pair&, const Pair&) = default;
};

// Where the network's input comes in. Tokens are whole numbers in [0, vocabulary).
struct Input {
  Shape shape;
  std::int64_t vocabulary = 0;  // 0: not tokens, real numbers
  bool operator==(const Input&) const = default;
};

// A tensor the network learns, the same for every example, not computed from anything.
struct Parameter {
  Shape shape;
  bool operator==(const Parameter&) const = default;
};

// A fixed tensor whose values were not kept (a mask, a table): countable, not executable.
struct Constant {
  Shape shape;
  bool operator==(const Constant&) const = default;
};

// (C, L) -> (out_channels, L').
struct Conv1d {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  bool operator==(const Conv1d&) const = default;
};

// (C, H, W) -> (out_channels, H', W').
struct Conv2d {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Pair kernel = 1;
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  bool operator==(const Conv2d&) const = default;
};

struct ConvTranspose2d {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Pair kernel = 1;
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  bool operator==(const ConvTranspose2d&) const = default;
};

// On the last axis.
struct Linear {
  std::int64_t in_features = 0;
  std::int64_t out_features = 0;
  bool bias = true;
  bool operator==(const Linear&) const = default;
};

// Over axis 0 (channels) of any shape; running statistics are kept.
struct BatchNorm {
  std::int64_t features = 0;
  double epsilon = 1e-5;
  double momentum = 0.1;
  bool operator==(const BatchNorm&) const = default;
};

// Over the last axis. weight = false: neither weight nor bias.
struct LayerNorm {
  std::int64_t features = 0;
  double epsilon = 1e-5;
  bool weight = true;
  bool bias = true;
  bool operator==(const LayerNorm&) const = default;
};

// Instance norm is this with as many groups as channels.
struct GroupNorm {
  std::int64_t groups = 1;
  std::int64_t channels = 0;
  double epsilon = 1e-5;
  bool affine = true;
  bool operator==(const GroupNorm&) const = default;
};

struct LocalResponseNorm {
  std::int64_t size = 5;
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
  bool operator==(const LocalResponseNorm&) const = default;
};

// x times a learned tensor that broadcasts over it: torchvision's layer_scale is {C, 1, 1}.
struct Scale {
  Shape shape;
  double initial = 1;
  bool operator==(const Scale&) const = default;
};

struct PReLU {
  std::int64_t channels = 1;  // 1: one slope for all
  bool operator==(const PReLU&) const = default;
};

}  // namespace erg
