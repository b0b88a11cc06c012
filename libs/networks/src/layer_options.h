// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "erg/layer.h"

namespace erg {

namespace option_lists {

template <class L, class Visit>
void widths(L& l, Visit& visit) {
  if constexpr (requires { l.shape; }) visit("shape", l.shape);
  using Kind = std::remove_const_t<L>;
  if constexpr (std::is_same_v<Kind, Input> || std::is_same_v<Kind, TokenEmbedding>) {
    visit("vocabulary", l.vocabulary);
  }
  if constexpr (requires { l.in_channels; }) visit("in_channels", l.in_channels);
  if constexpr (requires { l.out_channels; }) visit("out_channels", l.out_channels);
  if constexpr (requires { l.in_features; }) visit("in_features", l.in_features);
  if constexpr (requires { l.out_features; }) visit("out_features", l.out_features);
  if constexpr (requires { l.features; }) visit("features", l.features);
  if constexpr (requires { l.channels; }) visit("channels", l.channels);
  if constexpr (requires { l.length; }) visit("length", l.length);
  if constexpr (requires { l.dim; }) visit("dim", l.dim);
  if constexpr (requires { l.patch; }) visit("patch", l.patch);
  if constexpr (requires { l.heads; }) visit("heads", l.heads);
  if constexpr (requires { l.head_dim; }) visit("head_dim", l.head_dim);
}

template <class L, class Visit>
void windows(L& l, Visit& visit) {
  if constexpr (requires { l.kernel; }) visit("kernel", l.kernel);
  if constexpr (requires { l.stride; }) visit("stride", l.stride);
  if constexpr (requires { l.padding; }) visit("padding", l.padding);
  if constexpr (requires { l.output_padding; }) visit("output_padding", l.output_padding);
  if constexpr (requires { l.dilation; }) visit("dilation", l.dilation);
  if constexpr (requires { l.groups; }) visit("groups", l.groups);
  if constexpr (requires { l.ceil_mode; }) visit("ceil_mode", l.ceil_mode);
  if constexpr (requires { l.count_include_pad; }) visit("count_include_pad", l.count_include_pad);
  if constexpr (requires { l.output; }) visit("output", l.output);
  if constexpr (requires { l.factor; }) visit("factor", l.factor);
  if constexpr (requires { l.bilinear; }) visit("bilinear", l.bilinear);
  if constexpr (requires { l.align_corners; }) visit("align_corners", l.align_corners);
}

template <class L, class Visit>
void numbers(L& l, Visit& visit) {
  if constexpr (requires { l.weight; }) visit("weight", l.weight);
  if constexpr (requires { l.bias; }) visit("bias", l.bias);
  if constexpr (requires { l.affine; }) visit("affine", l.affine);
  if constexpr (requires { l.in_bias; }) visit("in_bias", l.in_bias);
  if constexpr (requires { l.out_bias; }) visit("out_bias", l.out_bias);
  if constexpr (requires { l.causal; }) visit("causal", l.causal);
  if constexpr (requires { l.epsilon; }) visit("epsilon", l.epsilon);
  if constexpr (requires { l.momentum; }) visit("momentum", l.momentum);
  if constexpr (requires { l.size; }) visit("size", l.size);
  if constexpr (requires { l.alpha; }) visit("alpha", l.alpha);
  if constexpr (requires { l.beta; }) visit("beta", l.beta);
  if constexpr (requires { l.k; }) visit("k", l.k);
  if constexpr (requires { l.initial; }) visit("initial", l.initial);
  if constexpr (requires { l.parameter; }) visit("parameter", l.parameter);
  if constexpr (requires { l.low; }) visit("low", l.low);
  if constexpr (requires { l.high; }) visit("high", l.high);
  if constexpr (requires { l.scale; }) visit("scale", l.scale);
  if constexpr (requires { l.shift; }) visit("shift", l.shift);
}

template <class L, class Visit>
void axes(L& l, Visit& visit) {
  if constexpr (requires { l.reduction; }) visit("reduction", l.reduction);
  if constexpr (requires { l.axis; }) visit("axis", l.axis);
  if constexpr (requires { l.axes; }) visit("axes", l.axes);
  if constexpr (requires { l.keep; }) visit("keep", l.keep);
  if constexpr (requires { l.logarithm; }) visit("logarithm", l.logarithm);
  if constexpr (requires { l.first; }) visit("first", l.first);
  if constexpr (requires { l.dims; }) visit("dims", l.dims);
  if constexpr (requires { l.order; }) visit("order", l.order);
  if constexpr (requires { l.begin; }) visit("begin", l.begin);
  if constexpr (requires { l.end; }) visit("end", l.end);
  if constexpr (requires { l.step; }) visit("step", l.step);
  if constexpr (requires { l.index; }) visit("index", l.index);
  if constexpr (requires { l.top; }) visit("top", l.top);
  if constexpr (requires { l.bottom; }) visit("bottom", l.bottom);
  if constexpr (requires { l.left; }) visit("left", l.left);
  if constexpr (requires { l.right; }) visit("right", l.right);
  if constexpr (requires { l.value; }) visit("value", l.value);
  if constexpr (requires { l.mode; }) visit("mode", l.mode);
  if constexpr (requires { l.p; }) visit("p", l.p);
  if constexpr (requires { l.dropout; }) visit("dropout", l.dropout);
}

}  // namespace option_lists

// Calls visit(name, option) for every option of a layer, in the order they are written. The names
// are those of files: do not change them.
template <class L, class Visit>
void for_each_option(L& l, Visit&& visit) {
  option_lists::widths(l, visit);
  option_lists::windows(l, visit);
  option_lists::numbers(l, visit);
  option_lists::axes(l, visit);
}

}  // namespace erg
