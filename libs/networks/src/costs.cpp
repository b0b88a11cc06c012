// SPDX-License-Identifier: Apache-2.0
#include "costs.h"

#include "overloaded.h"

namespace erg {
namespace {

std::uint64_t output_numbers(const Placed& at) { return numbers(at.output, at.batch); }

std::uint64_t all_inputs(const Placed& at) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < at.inputs.size(); ++i) sum += input_numbers(at, i);
  return sum;
}

std::int64_t attention_width(const MultiHeadAttention& l) { return l.heads * l.head_dim; }

// In numbers, for all heads: queries, keys and values; and the heads' results side by side.
std::uint64_t projected(const MultiHeadAttention& l, const Placed& at) {
  return times({3, at.batch, at.inputs[0][0], attention_width(l)});
}
std::uint64_t attended(const MultiHeadAttention& l, const Placed& at) {
  return times({at.batch, at.inputs[0][0], attention_width(l)});
}

std::uint64_t attention_operations(const MultiHeadAttention& l, const Placed& at) {
  const auto length = at.inputs[0][0];
  const auto softmax = times({at.batch, l.heads, length, length});
  return softmax + (l.in_bias ? projected(l, at) : 0) + (l.out_bias ? output_numbers(at) : 0);
}

}  // namespace

bool is_pooling(const Layer& layer) {
  return std::visit(
      Overloaded{[](const MaxPool2d&) { return true; }, [](const AvgPool2d&) { return true; },
                 [](const AdaptiveAvgPool2d&) { return true; }, [](const Reduce&) { return true; },
                 [](const auto&) { return false; }},
      layer);
}

std::uint64_t other_operations(const Placed& at) {
  const auto out = [&] { return output_numbers(at); };
  return std::visit(
      Overloaded{
          [&](const Conv1d& l) { return l.bias ? out() : 0; },
          [&](const Conv2d& l) { return l.bias ? out() : 0; },
          [&](const ConvTranspose2d& l) { return l.bias ? out() : 0; },
          [&](const Linear& l) { return l.bias ? out() : 0; },
          [&](const PatchEmbedding&) { return out(); },
          [&](const MultiHeadAttention& l) { return attention_operations(l, at); },
          [&](const BatchNorm&) { return 2 * out(); },
          [&](const LayerNorm&) { return out(); },
          [&](const GroupNorm& l) { return (l.affine ? 2 : 1) * out(); },
          [&](const LocalResponseNorm&) { return out(); },
          [&](const Activation&) { return out(); },
          [&](const PReLU&) { return out(); },
          [&](const Clamp&) { return out(); },
          [&](const Softmax&) { return out(); },
          [&](const Upsample2d&) { return out(); },
          [&](const auto&) { return is_pooling(at.layer) ? input_numbers(at, 0) : 0; },
      },
      at.layer);
}

Traffic traffic(const Placed& at) {
  if (is_view(at.layer) || at.inputs.empty()) return {};
  if (const auto* l = std::get_if<MultiHeadAttention>(&at.layer)) {
    const auto inside = projected(*l, at) + attended(*l, at);
    return {all_inputs(at) + inside, output_numbers(at) + inside};
  }
  return {all_inputs(at), output_numbers(at)};
}

Kept kept(const Placed& at, std::int64_t bytes_per_number) {
  const auto bytes = static_cast<std::uint64_t>(bytes_per_number);
  const Kept inputs{std::vector<bool>(at.inputs.size(), true)};
  const auto with_input = [&](std::uint64_t private_bytes) {
    return Kept{std::vector<bool>(at.inputs.size(), true), false, private_bytes};
  };
  return std::visit(
      Overloaded{
          [&](const BatchNorm& l) {
            return with_input(bytes * times({2, l.features}));
          },
          [&](const LayerNorm& l) {
            return with_input(2 * bytes * (output_numbers(at) / times({l.features})));
          },
          [&](const GroupNorm& l) {
            return with_input(bytes * times({2, at.batch, l.groups}));
          },
          [&](const MaxPool2d&) { return with_input(8 * output_numbers(at)); },
          [&](const AvgPool2d&) { return inputs; },
          [&](const AdaptiveAvgPool2d& l) { return l.output == Pair{1} ? Kept{} : inputs; },
          [&](const Activation& l) {
            switch (l.function) {
              case Function::relu:
              case Function::sigmoid:
              case Function::tanh:
              case Function::exp:
              case Function::sqrt:
              case Function::reciprocal:
                return Kept{{}, true};
              case Function::negative:
                return Kept{};
              default:
                return inputs;
            }
          },
          [&](const Clamp&) { return inputs; },
          [&](const PReLU&) { return inputs; },
          [&](const Scale&) { return at.weight_learns ? inputs : Kept{}; },
          [&](const MatMul&) { return inputs; },
          [&](const Softmax&) {
            return Kept{{}, true};
          },
          [&](const LocalResponseNorm&) {
            return Kept{std::vector<bool>(1, true), true, bytes * output_numbers(at)};
          },
          [&](const Dropout& l) {
            return Kept{{}, false, l.p > 0 ? output_numbers(at) : 0};
          },
          [&](const Combine& l) {
            return l.arithmetic == Arithmetic::multiply || l.arithmetic == Arithmetic::divide
                       ? inputs
                       : Kept{};
          },
          [&](const Reduce& l) {
            return l.reduction == Reduction::max || l.reduction == Reduction::min ? inputs : Kept{};
          },
          [&](const TokenEmbedding&) { return inputs; },
          [&](const MultiHeadAttention& l) {
            const auto statistics = times({at.batch, l.heads, at.inputs[0][0]});
            return Kept{std::vector<bool>(1, at.weight_learns), false,
                        bytes * (projected(l, at) + attended(l, at) + statistics)};
          },
          // A product's input is kept for the gradient of its weight.
          [&](const auto&) { return is_weighted(at.layer) && at.weight_learns ? inputs : Kept{}; },
      },
      at.layer);
}

}  // namespace erg
