// SPDX-License-Identifier: Apache-2.0
#include "operations.h"

#include <array>

#include "operations_plain.h"

namespace erg {
namespace {

using Weights = std::span<const at::Tensor>;
using Extents = std::array<std::int64_t, 2>;

Extents both(Pair pair) { return {pair.height, pair.width}; }

at::Tensor at_or_none(Weights weights, std::size_t index) {
  return index < weights.size() ? weights[index] : at::Tensor{};
}

Operation operation_of(const Conv1d& layer, Weights weights) {
  return unary([layer, weight = weights[0], bias = at_or_none(weights, 1)](const at::Tensor& x) {
    return at::conv1d(x, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups);
  });
}

Operation operation_of(const Conv2d& layer, Weights weights) {
  return unary([layer, weight = weights[0], bias = at_or_none(weights, 1)](const at::Tensor& x) {
    return at::conv2d(x, weight, bias, both(layer.stride), both(layer.padding),
                      both(layer.dilation), layer.groups);
  });
}

Operation operation_of(const ConvTranspose2d& layer, Weights weights) {
  return unary([layer, weight = weights[0], bias = at_or_none(weights, 1)](const at::Tensor& x) {
    return at::conv_transpose2d(x, weight, bias, both(layer.stride), both(layer.padding),
                                both(layer.output_padding), layer.groups, both(layer.dilation));
  });
}

Operation operation_of(const Linear&, Weights weights) {
  return unary([weight = weights[0], bias = at_or_none(weights, 1)](const at::Tensor& x) {
    return at::linear(x, weight, bias);
  });
}

Operation operation_of(const BatchNorm& layer, Weights weights) {
  return [layer, weight = weights[0], bias = weights[1], mean = weights[2], variance = weights[3]](
             Values inputs, bool training) {
    return at::batch_norm(inputs[0], weight, bias, mean, variance, training, layer.momentum,
                          layer.epsilon, true);
  };
}

Operation operation_of(const LayerNorm& layer, Weights weights) {
  return unary(
      [layer, weight = at_or_none(weights, 0), bias = at_or_none(weights, 1)](const at::Tensor& x) {
        return at::layer_norm(x, layer.features, weight, bias, layer.epsilon);
      });
}

Operation operation_of(const GroupNorm& layer, Weights weights) {
  return unary(
      [layer, weight = at_or_none(weights, 0), bias = at_or_none(weights, 1)](const at::Tensor& x) {
        return at::group_norm(x, layer.groups, weight, bias, layer.epsilon);
      });
}

Operation operation_of(const Scale&, Weights weights) {
  return unary([weight = weights[0]](const at::Tensor& x) { return x * weight; });
}

Operation operation_of(const PReLU&, Weights weights) {
  return unary([weight = weights[0]](const at::Tensor& x) { return at::prelu(x, weight); });
}

Operation operation_of(const Parameter&, Weights weights) {
  return [weight = weights[0]](Values, bool) { return weight.unsqueeze(0); };
}

Operation operation_of(const Constant&, Weights) {
  throw LayerError{"a constant whose values were not kept can be counted, but not executed"};
}

Operation operation_of(const Input&, Weights) { return {}; }

Operation operation_of(const PatchEmbedding& layer, Weights weights) {
  return unary([layer, weight = weights[0], bias = weights[1]](const at::Tensor& x) {
    return at::conv2d(x, weight, bias, both(layer.patch)).flatten(2).transpose(1, 2);
  });
}

Operation operation_of(const ClassToken& layer, Weights weights) {
  return unary([dim = layer.dim, weight = weights[0]](const at::Tensor& x) {
    return at::cat({weight.expand({x.size(0), 1, dim}), x}, 1);
  });
}

Operation operation_of(const PositionEmbedding&, Weights weights) {
  return unary([weight = weights[0]](const at::Tensor& x) {
    return x + (x.size(1) == weight.size(0) ? weight : weight.narrow(0, 0, x.size(1)));
  });
}

Operation operation_of(const TokenEmbedding&, Weights weights) {
  return unary([weight = weights[0]](const at::Tensor& x) { return at::embedding(weight, x); });
}

Operation operation_of(const MultiHeadAttention& layer, Weights weights) {
  const at::Tensor in_bias = layer.in_bias ? weights[1] : at::Tensor{};
  const std::size_t out = layer.in_bias ? 2 : 1;
  return [layer, in_weight = weights[0], in_bias, out_weight = weights[out],
          out_bias = at_or_none(weights, out + 1)](Values inputs, bool training) {
    const at::Tensor& x = inputs[0];
    const auto batch = x.size(0);
    const auto length = x.size(1);
    // batch x length x (3 heads head_dim) -> 3 of batch x heads x length x head_dim
    const at::Tensor all = at::linear(x, in_weight, in_bias)
                               .reshape({batch, length, 3, layer.heads, layer.head_dim})
                               .permute({2, 0, 3, 1, 4});
    const at::Tensor heads = at::scaled_dot_product_attention(
        all[0], all[1], all[2], {}, training ? layer.dropout : 0.0, layer.causal);
    return at::linear(heads.transpose(1, 2).reshape({batch, length, -1}), out_weight, out_bias);
  };
}

}  // namespace

Operation make_operation(const Layer& layer, Weights weights, const Shape& output) {
  return std::visit(
      [&](const auto& known) -> Operation {
        if constexpr (requires { operation_of(known, weights); }) {
          return operation_of(known, weights);
        } else if constexpr (requires { operation_of(known, output); }) {
          return operation_of(known, output);
        } else {
          return operation_of(known);
        }
      },
      layer);
}

}  // namespace erg
