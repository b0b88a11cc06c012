// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "checks.h"
#include "erg/layer.h"
#include "windows.h"

namespace erg {
namespace {

using Inputs = std::span<const Shape>;

constexpr std::size_t kMostAxes = 16;

template <class Windowed>
auto shape_of(const Windowed& layer, Inputs inputs) -> decltype(window_shape(layer, inputs[0])) {
  return window_shape(layer, inputs[0]);
}

Shape shape_of(const Input& layer, Inputs) {
  want_option("vocabulary", layer.vocabulary, 0);
  return layer.shape;
}
Shape shape_of(const Parameter& layer, Inputs) { return layer.shape; }
Shape shape_of(const Constant& layer, Inputs) { return layer.shape; }

Shape shape_of(const Linear& layer, Inputs inputs) {
  want_rank_at_least(inputs[0], 1, "features");
  want_option("out_features", layer.out_features, 1);
  want_width("features", layer.in_features, inputs[0].dims.back(), inputs[0]);
  Shape out = inputs[0];
  out.dims.back() = layer.out_features;
  return out;
}

Shape shape_of(const BatchNorm& layer, Inputs inputs) {
  want_rank_at_least(inputs[0], 1, "channels");
  want_width("channels", layer.features, inputs[0][0], inputs[0]);
  return inputs[0];
}

Shape shape_of(const LayerNorm& layer, Inputs inputs) {
  want_rank_at_least(inputs[0], 1, "features");
  want_width("features", layer.features, inputs[0].dims.back(), inputs[0]);
  return inputs[0];
}

Shape shape_of(const GroupNorm& layer, Inputs inputs) {
  want_rank_at_least(inputs[0], 1, "channels");
  want_option("groups", layer.groups, 1);
  want_width("channels", layer.channels, inputs[0][0], inputs[0]);
  want(inputs[0][0] % layer.groups == 0, std::to_string(layer.groups) + " groups do not divide " +
                                             std::to_string(inputs[0][0]) + " channels");
  return inputs[0];
}

Shape shape_of(const LocalResponseNorm& layer, Inputs inputs) {
  want_rank_at_least(inputs[0], 2, "channels and more");
  want_option("size", layer.size, 1);
  return inputs[0];
}

Shape shape_of(const Scale& layer, Inputs inputs) {
  const Shape both[] = {inputs[0], layer.shape};
  Shape out = broadcast(both);
  want(out == inputs[0],
       "a scale of " + to_string(layer.shape) + " does not fit " + to_string(inputs[0]));
  return out;
}

Shape shape_of(const PReLU& layer, Inputs inputs) {
  if (layer.channels != 1) {
    want_rank_at_least(inputs[0], 1, "channels");
    want_width("channels", layer.channels, inputs[0][0], inputs[0]);
  }
  return inputs[0];
}

Shape shape_of(const Activation&, Inputs inputs) { return inputs[0]; }
Shape shape_of(const Clamp&, Inputs inputs) { return inputs[0]; }
Shape shape_of(const Affine&, Inputs inputs) { return inputs[0]; }

Shape shape_of(const Softmax& layer, Inputs inputs) {
  axis_of(layer.axis, inputs[0].rank());
  return inputs[0];
}

void want_probability(double p) { want(p >= 0 && p <= 1, "a probability of " + std::to_string(p)); }

Shape shape_of(const Dropout& layer, Inputs inputs) {
  want_probability(layer.p);
  return inputs[0];
}

Shape shape_of(const StochasticDepth& layer, Inputs inputs) {
  want_probability(layer.p);
  return inputs[0];
}

Shape shape_of(const Reduce& layer, Inputs inputs) {
  std::vector<bool> reduced(inputs[0].rank(), false);
  for (const auto axis : layer.axes) reduced[axis_of(axis, inputs[0].rank())] = true;
  Shape out;
  for (std::size_t i = 0; i < inputs[0].rank(); ++i) {
    if (!reduced[i]) {
      out.dims.push_back(inputs[0][i]);
    } else if (layer.keep) {
      out.dims.push_back(1);
    }
  }
  return out;
}

Shape shape_of(const Flatten& layer, Inputs inputs) {
  if (inputs[0].rank() == 0 && layer.first == 0) return {1};
  const std::size_t first = axis_of(layer.first, inputs[0].rank());
  const auto& dims = inputs[0].dims;
  Shape tail{
      std::vector<std::int64_t>(dims.begin() + static_cast<std::ptrdiff_t>(first), dims.end())};
  Shape out{
      std::vector<std::int64_t>(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(first))};
  out.dims.push_back(tail.elements());
  return out;
}

Shape shape_of(const Reshape& layer, Inputs inputs) {
  Shape out{layer.dims};
  const auto open = std::find(out.dims.begin(), out.dims.end(), -1);
  if (open != out.dims.end()) {
    *open = 1;
    const auto known = out.elements();
    want(known > 0 && inputs[0].elements() % known == 0,
         "wanted a multiple of " + std::to_string(known) + " numbers for " +
             to_string(Shape{layer.dims}) + ", got " + std::to_string(inputs[0].elements()) +
             " in " + to_string(inputs[0]));
    *open = inputs[0].elements() / known;
  }
  want(out.elements() == inputs[0].elements(),
       "wanted " + to_string(out) + ", got " + to_string(inputs[0]));
  return out;
}

Shape shape_of(const Permute& layer, Inputs inputs) {
  std::vector<bool> seen(inputs[0].rank(), false);
  want(layer.order.size() == seen.size(),
       "an order of " + std::to_string(layer.order.size()) + " axes for " + to_string(inputs[0]));
  Shape out;
  for (const auto axis : layer.order) {
    const auto from = axis_of(axis, seen.size());
    want(!seen[from], "axis " + std::to_string(axis) + " appears twice in the order");
    seen[from] = true;
    out.dims.push_back(inputs[0][from]);
  }
  return out;
}

Shape shape_of(const Slice& layer, Inputs inputs) {
  const auto axis = axis_of(layer.axis, inputs[0].rank());
  const std::int64_t extent = inputs[0][axis];
  want_option("step", layer.step, 1);
  const auto inside = [&](std::int64_t position) {
    const auto from_start = position < 0 ? position + extent : position;
    return std::clamp<std::int64_t>(from_start, 0, extent);
  };
  const auto length = inside(layer.end) - inside(layer.begin);
  want(length > 0,
       "nothing is left of axis " + std::to_string(axis) + " of " + to_string(inputs[0]));
  Shape out = inputs[0];
  out.dims[axis] = (length + layer.step - 1) / layer.step;
  return out;
}

Shape shape_of(const Select& layer, Inputs inputs) {
  const auto axis = axis_of(layer.axis, inputs[0].rank());
  const std::int64_t extent = inputs[0][axis];
  want(layer.index >= -extent && layer.index < extent,
       "index " + std::to_string(layer.index) + " of " + to_string(inputs[0]));
  Shape out = inputs[0];
  out.dims.erase(out.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  return out;
}

Shape shape_of(const Expand& layer, Inputs inputs) {
  const Shape both[] = {inputs[0], Shape{layer.dims}};
  return broadcast(both);
}

Shape shape_of(const Concat& layer, Inputs inputs) {
  Shape out = inputs[0];
  const auto axis = axis_of(layer.axis, out.rank());
  for (const auto& other : inputs.subspan(1)) {
    bool fits = other.rank() == out.rank();
    for (std::size_t i = 0; fits && i < out.rank(); ++i) fits = i == axis || other[i] == out[i];
    want(fits, to_string(other) + " does not fit beside " + to_string(inputs[0]) + " on axis " +
                   std::to_string(axis));
    want_option("extent", other[axis], 0);
    out.dims[axis] += other[axis];
  }
  return out;
}

Shape shape_of(const Combine&, Inputs inputs) { return broadcast(inputs); }

Shape shape_of(const MatMul&, Inputs inputs) {
  const Shape& a = inputs[0];
  const Shape& b = inputs[1];
  want(a.rank() >= 2 && b.rank() >= 2 && a.dims.back() == b[b.rank() - 2],
       "cannot multiply " + to_string(a) + " by " + to_string(b));
  const Shape leading[] = {Shape{std::vector<std::int64_t>(a.dims.begin(), a.dims.end() - 2)},
                           Shape{std::vector<std::int64_t>(b.dims.begin(), b.dims.end() - 2)}};
  Shape out = broadcast(leading);
  out.dims.push_back(a[a.rank() - 2]);
  out.dims.push_back(b.dims.back());
  return out;
}

const Shape& sequence(const Shape& input, std::int64_t dim) {
  want_rank(input, 2, "length x features");
  want_width("features", dim, input[1], input);
  return input;
}

Shape shape_of(const ClassToken& layer, Inputs inputs) {
  sequence(inputs[0], layer.dim);
  want_option("extent", inputs[0][0], 0);
  return {inputs[0][0] + 1, inputs[0][1]};
}

Shape shape_of(const PositionEmbedding& layer, Inputs inputs) {
  const Shape& input = sequence(inputs[0], layer.dim);
  want_option("length", layer.length, 0);
  want(layer.length == 0 || input[0] <= layer.length,
       "wanted at most " + std::to_string(layer.length) + " positions, got " + to_string(input));
  return input;
}

Shape shape_of(const TokenEmbedding& layer, Inputs inputs) {
  want_rank(inputs[0], 1, "a sequence of tokens");
  want_option("vocabulary", layer.vocabulary, 1);
  want_option("dim", layer.dim, 1);
  return {inputs[0][0], layer.dim};
}

Shape shape_of(const MultiHeadAttention& layer, Inputs inputs) {
  const Shape& input = sequence(inputs[0], layer.dim);
  want_option("heads", layer.heads, 1);
  want_option("head_dim", layer.head_dim, 0);
  want_probability(layer.dropout);
  want(layer.head_dim != 0 || input[1] % layer.heads == 0,
       std::to_string(layer.heads) + " heads do not divide " + std::to_string(input[1]) +
           " features");
  return input;
}

void want_arity(const Layer& layer, std::size_t came) {
  const auto [least, most] = arity(layer);
  if (came >= least && came <= most) return;
  throw LayerError{"wanted " + std::string{least == most ? "" : "at least "} +
                   std::to_string(least) + (least == 1 ? " input" : " inputs") + ", got " +
                   std::to_string(came)};
}

}  // namespace

Shape output_shape(const Layer& layer, std::span<const Shape> inputs) {
  want_arity(layer, inputs.size());
  try {
    Shape out = std::visit([&](const auto& options) { return shape_of(options, inputs); }, layer);
    want(out.rank() <= kMostAxes, "makes " + std::to_string(out.rank()) + " axes, wanted at most " +
                                      std::to_string(kMostAxes));
    want(out.elements() > 0, "makes an empty tensor, " + to_string(out));
    return out;
  } catch (const LayerError&) {
    throw;
  } catch (const std::overflow_error& error) {
    throw LayerError{error.what()};
  } catch (const std::invalid_argument& error) {
    throw LayerError{error.what()};
  }
}

}  // namespace erg
