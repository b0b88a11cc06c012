// SPDX-License-Identifier: Apache-2.0
#include "costs.h"
#include "overloaded.h"

namespace erg {
namespace {

// Backward: weight and bias where they learn, input where something before the layer does.
std::uint64_t gradients(bool weight, bool bias, bool input) {
  return std::uint64_t{weight} + std::uint64_t{bias} + std::uint64_t{input};
}

// A bias of a convolution is its own kernel.
Kernels convolution(bool bias, const Placed& at) {
  return {bias ? 2u : 1u, gradients(at.weight_learns, at.bias_learns, at.input_gradient[0])};
}

Kernels linear(const Placed& at) {
  return {1, gradients(at.weight_learns, at.bias_learns, at.input_gradient[0])};
}

// Two projections, the products, and the heads' order.
Kernels attention(const MultiHeadAttention& l, const Placed& at) {
  const bool input = at.input_gradient[0];
  const bool inside = at.inside_learns || input;
  return {4, gradients(at.weight_learns, l.in_bias && at.inside_learns, input) +
                 gradients(at.last_learns, l.out_bias && at.last_learns, inside) +
                 (inside ? 2u : 0u)};
}

Kernels combine(const Combine& l, std::size_t inputs) {
  const std::uint64_t pairs = inputs - 1;
  switch (l.arithmetic) {
    case Arithmetic::add:
      return {pairs, 0};
    case Arithmetic::subtract:
      return {pairs, 1};
    case Arithmetic::multiply:
    case Arithmetic::divide:
      return {pairs, 2 * pairs};
  }
  return {};
}

}  // namespace

Kernels kernels(const Placed& at) {
  if (is_view(at.layer) || at.inputs.empty()) return {};
  return std::visit(
      Overloaded{
          [&](const Conv1d& l) { return convolution(l.bias, at); },
          [&](const Conv2d& l) { return convolution(l.bias, at); },
          [&](const ConvTranspose2d& l) { return convolution(l.bias, at); },
          [&](const PatchEmbedding&) { return convolution(true, at); },
          [&](const Linear&) { return linear(at); },
          [&](const MultiHeadAttention& l) { return attention(l, at); },
          [&](const MatMul&) {
            return Kernels{1, std::uint64_t{at.input_gradient[0]} + at.input_gradient[1]};
          },
          [&](const LayerNorm&) {
            return Kernels{1, 2};
          },
          [&](const GroupNorm&) {
            return Kernels{2, 3};
          },
          [&](const Scale&) {
            return Kernels{1, 3};
          },
          [&](const Dropout& l) {
            return l.p > 0 ? Kernels{1, 1} : Kernels{};
          },
          [&](const StochasticDepth& l) {
            return l.p > 0 ? Kernels{3, 1} : Kernels{};
          },
          [&](const Affine& l) {
            const std::uint64_t scaled = l.scale != 1;
            return Kernels{scaled + std::uint64_t{l.shift != 0}, scaled};
          },
          [&](const Combine& l) { return combine(l, at.inputs.size()); },
          [&](const Concat&) {
            return Kernels{1, 0};
          },
          [&](const ClassToken&) {
            return Kernels{1, 1};
          },
          [&](const auto&) {
            return Kernels{1, 1};
          },
      },
      at.layer);
}

}  // namespace erg
