// SPDX-License-Identifier: Apache-2.0
#include "costs.h"
#include "overloaded.h"

namespace erg {
namespace {

// Weights, input where something before it learns, bias; a bias of a convolution is its own kernel.
Kernels convolution(bool bias, bool input) {
  return {bias ? 2u : 1u, 1u + (input ? 1u : 0u) + (bias ? 1u : 0u)};
}

Kernels linear(bool bias, bool input) { return {1, 1u + (input ? 1u : 0u) + (bias ? 1u : 0u)}; }

Kernels attention(const MultiHeadAttention& l, bool input) {
  const Kernels in = linear(l.in_bias, input);
  const Kernels out = linear(l.out_bias, true);
  return {in.forward + out.forward + 2, in.backward + out.backward + 2};  // products, heads' order
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
  const bool input = at.input_gradient[0];
  return std::visit(
      Overloaded{
          [&](const Conv1d& l) { return convolution(l.bias, input); },
          [&](const Conv2d& l) { return convolution(l.bias, input); },
          [&](const ConvTranspose2d& l) { return convolution(l.bias, input); },
          [&](const PatchEmbedding&) { return convolution(true, input); },
          [&](const Linear& l) { return linear(l.bias, input); },
          [&](const MultiHeadAttention& l) { return attention(l, input); },
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
