// SPDX-License-Identifier: Apache-2.0
#include "erg/layer.h"
#include "overloaded.h"

namespace erg {
namespace {

using Tensors = std::vector<Tensor>;

Tensor constant(std::string_view name, Shape shape, double value) {
  return {name, std::move(shape), Fill::constant, value};
}

// A weight whose first extent is `out` and whose others make up the fan in.
Tensors product(Shape weight, std::int64_t fan_in, std::int64_t fan_out, std::int64_t bias) {
  Tensors all{{"weight", std::move(weight), Fill::weight, 0, true, fan_in, fan_out}};
  if (bias > 0) all.push_back({"bias", {bias}, Fill::bias, 0, true, fan_in, fan_out});
  return all;
}

Tensors normalisation(std::int64_t features, bool weight, bool bias) {
  Tensors all;
  if (weight) all.push_back(constant("weight", {features}, 1));
  if (weight && bias) all.push_back(constant("bias", {features}, 0));
  return all;
}

Tensors tensors_of(const Conv1d& l) {
  const auto in = l.in_channels / l.groups;
  return product({l.out_channels, in, l.kernel}, in * l.kernel, l.out_channels * l.kernel,
                 l.bias ? l.out_channels : 0);
}

Tensors tensors_of(const Conv2d& l) {
  const auto in = l.in_channels / l.groups;
  const auto area = l.kernel.height * l.kernel.width;
  const Shape weight{l.out_channels, in, l.kernel.height, l.kernel.width};
  weight.elements();  // before products of its extents are taken
  return product(weight, in * area, l.out_channels * area, l.bias ? l.out_channels : 0);
}

Tensors tensors_of(const ConvTranspose2d& l) {
  const auto out = l.out_channels / l.groups;
  const auto area = l.kernel.height * l.kernel.width;
  const Shape weight{l.in_channels, out, l.kernel.height, l.kernel.width};
  weight.elements();
  return product(weight, out * area, l.in_channels * area, l.bias ? l.out_channels : 0);
}

Tensors tensors_of(const Linear& l) {
  return product({l.out_features, l.in_features}, l.in_features, l.out_features,
                 l.bias ? l.out_features : 0);
}

Tensors tensors_of(const PatchEmbedding& l) {
  return tensors_of(Conv2d{.in_channels = l.in_channels, .out_channels = l.dim, .kernel = l.patch});
}

Tensors tensors_of(const BatchNorm& l) {
  Tensors all = normalisation(l.features, true, true);
  all.push_back({"running_mean", {l.features}, Fill::constant, 0, false});
  all.push_back({"running_var", {l.features}, Fill::constant, 1, false});
  return all;
}

Tensors tensors_of(const LayerNorm& l) { return normalisation(l.features, l.weight, l.bias); }
Tensors tensors_of(const GroupNorm& l) { return normalisation(l.channels, l.affine, l.affine); }
Tensors tensors_of(const Scale& l) { return {constant("weight", l.shape, l.initial)}; }
Tensors tensors_of(const PReLU& l) { return {constant("weight", {l.channels}, 0.25)}; }

Tensor table(std::string_view name, Shape shape) {
  return {name, std::move(shape), Fill::normal, 0.02};
}

Tensors tensors_of(const Parameter& l) { return {table("weight", l.shape)}; }
Tensors tensors_of(const ClassToken& l) { return {constant("weight", {1, l.dim}, 0)}; }
Tensors tensors_of(const PositionEmbedding& l) { return {table("weight", {l.length, l.dim})}; }
Tensors tensors_of(const TokenEmbedding& l) { return {table("weight", {l.vocabulary, l.dim})}; }

Tensors tensors_of(const MultiHeadAttention& l) {
  const auto width = Shape{l.heads, l.head_dim}.elements();
  const auto three = Shape{3, width}.elements();
  Tensors all{{"in_proj_weight", {three, l.dim}, Fill::weight, 0, true, l.dim, three}};
  if (l.in_bias) all.push_back(constant("in_proj_bias", {three}, 0));
  all.push_back({"out_proj.weight", {l.dim, width}, Fill::weight, 0, true, width, l.dim});
  if (l.out_bias) all.push_back(constant("out_proj.bias", {l.dim}, 0));
  return all;
}

}  // namespace

std::vector<Tensor> tensors(const Layer& layer) {
  return std::visit(
      [](const auto& l) -> Tensors {
        if constexpr (requires { tensors_of(l); }) {
          return tensors_of(l);
        } else {
          return {};
        }
      },
      layer);
}

}  // namespace erg
