// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "erg/layer.h"

// What one layer costs, by the conventions of erg/complexity.h, in numbers (not bytes) of a whole
// batch unless said otherwise. Throws std::overflow_error for what no machine can hold.
namespace erg {

// A layer in its place in a network.
struct Placed {
  const Layer& layer;
  std::vector<Shape> inputs;
  Shape output;
  std::int64_t batch = 1;            // of the output: 1 for what no input of the network reaches
  std::vector<bool> input_batched;   // whether each input depends on the batch
  std::vector<bool> input_gradient;  // whether something before each input learns
  std::uint64_t parameters = 0;      // its own
  std::uint64_t weights = 0;         // those, what it shares, and fixed ones
  // Whether what multiplies has a gradient: its first weight, and in attention what comes before
  // the products (with biases) and the last projection.
  bool weight_learns = false;
  bool bias_learns = false;
  bool inside_learns = false;
  bool last_learns = false;
};

std::uint64_t times(std::initializer_list<std::int64_t> factors);

// Numbers of a shape for `batch` examples.
std::uint64_t numbers(const Shape& shape, std::int64_t batch);
// The same of input i of a placed layer.
std::uint64_t input_numbers(const Placed& at, std::size_t i);

// Multiply-accumulates, by what they multiply.
struct Products {
  std::uint64_t weights = 0;        // with something learned
  std::uint64_t attention = 0;      // of two activations
  std::uint64_t later_weights = 0;  // the part of `weights` behind the first, inside the layer
};
Products products(const Placed& at);
std::uint64_t backward_macs(const Placed& at, const Products& products);

// What the ptflops convention adds to the MACs.
std::uint64_t other_operations(const Placed& at);

struct Traffic {
  std::uint64_t read = 0;  // without the weights
  std::uint64_t written = 0;
};
Traffic traffic(const Placed& at);

struct Kernels {
  std::uint64_t forward = 0;
  std::uint64_t backward = 0;
};
Kernels kernels(const Placed& at);

// What PyTorch's backward of a layer wants to see again.
struct Kept {
  std::vector<bool> inputs;  // which of its inputs; empty: none
  bool output = false;
  std::uint64_t private_bytes = 0;  // masks, indices, statistics, tensors inside the layer
};
Kept kept(const Placed& at, std::int64_t bytes_per_number);

bool is_pooling(const Layer& layer);

}  // namespace erg
