// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erg/shape.h"

namespace erg {

// How each count of a Complexity is counted: one line each, shown beside the numbers.
namespace convention {
inline constexpr std::string_view kMacs =
    "multiply-accumulates of convolutions, linear layers and the two products of attention";
inline constexpr std::string_view kOperations =
    "ptflops' without its second counts: MACs, bias and activation elements, 2 x batch norm, "
    "pooling inputs";
inline constexpr std::string_view kParameters = "trainable numbers; running statistics excluded";
inline constexpr std::string_view kWeightBytes =
    "bytes of the parameters; running statistics excluded";
inline constexpr std::string_view kActivations = "numbers written by layers that compute";
inline constexpr std::string_view kBytes =
    "each layer reads its inputs and weights and writes its output once; views move nothing";
inline constexpr std::string_view kIntensity = "2 x MACs / bytes read and written, forward";
inline constexpr std::string_view kBackwardMacs =
    "one product for the weights' gradient, one for the input's where something needs it";
inline constexpr std::string_view kPeakMemory =
    "tensors kept for backward and gradients in flight, at their largest; no weights, no workspace";
inline constexpr std::string_view kOptimizer =
    "bytes one step reads and writes, and keeps as state";
inline constexpr std::string_view kKernels =
    "kernels PyTorch launches, unfused, as far as a graph tells";
}  // namespace convention

// What is added up over layers, for a whole batch. Bytes include the batch; weights are read once.
struct Counts {
  std::uint64_t macs = 0;            // all of them: attention_macs is a part
  std::uint64_t attention_macs = 0;  // Q K^T and its product with V
  std::uint64_t operations = 0;
  std::uint64_t parameters = 0;
  std::uint64_t weight_bytes = 0;
  std::uint64_t activations = 0;
  std::uint64_t bytes_read = 0;  // with the weights
  std::uint64_t bytes_written = 0;
  std::uint64_t backward_macs = 0;
  std::uint64_t kept_bytes = 0;  // kept from forward for backward
  std::uint64_t forward_kernels = 0;
  std::uint64_t backward_kernels = 0;

  Counts& operator+=(const Counts& other);
  // MAC as two operations, per byte moved; 0 where nothing moves.
  double arithmetic_intensity() const;

  friend bool operator==(const Counts&, const Counts&) = default;
};

// One node of the network.
struct LayerComplexity {
  std::string name;  // "features.0", "Conv2d_0": the name of its spans
  std::string kind;  // "Conv2d", "ReLU", ...
  Shape output;      // of one example
  Counts counts;

  friend bool operator==(const LayerComplexity&, const LayerComplexity&) = default;
};

// What the graph looks like, for models of time and energy that need more than sums.
struct Structure {
  std::uint64_t layers = 0;           // nodes that compute: no inputs, no views
  std::uint64_t weighted_layers = 0;  // convolutions, linear layers, attention
  std::uint64_t depth = 0;            // weighted layers on the longest path
  std::uint64_t branches = 0;         // most weighted or pooling layers that could run at once
  std::uint64_t residual_additions = 0;
  std::uint64_t concatenations = 0;

  friend bool operator==(const Structure&, const Structure&) = default;
};

// Everything countable about a network at one input shape and batch.
struct Complexity {
  std::string network;
  std::vector<Shape> inputs;  // of one example
  std::int64_t batch = 1;
  std::int64_t bytes_per_number = 4;
  std::vector<LayerComplexity> layers;  // in the network's order
  Counts total;
  Structure structure;
  std::uint64_t peak_training_bytes = 0;
  std::string optimizer;                    // "sgd", "momentum", "adam"
  std::uint64_t optimizer_bytes = 0;        // moved by one step
  std::uint64_t optimizer_state_bytes = 0;  // kept between steps

  friend bool operator==(const Complexity&, const Complexity&) = default;
};

}  // namespace erg
