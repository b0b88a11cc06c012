// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

// What slides over the spatial axes, as ONNX writes it: one number an axis, then all the begins and
// all the ends of the padding.
struct Sliding {
  Dims kernel;
  Dims strides;
  Dims dilations;
  Dims begins;
  Dims ends;
};

// Padding by rule: the output is the input's extent divided by the stride, rounded up.
void pad_to_same(Sliding& sliding, std::span<const std::int64_t> extents, bool more_at_end) {
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const auto out = (extents[i] + sliding.strides[i] - 1) / sliding.strides[i];
    const auto reach = (sliding.kernel[i] - 1) * sliding.dilations[i] + 1;
    const auto total =
        std::max<std::int64_t>(0, (out - 1) * sliding.strides[i] + reach - extents[i]);
    sliding.begins[i] = more_at_end ? total / 2 : total - total / 2;
    sliding.ends[i] = total - sliding.begins[i];
  }
}

Sliding sliding_of(const Step& step, Dims kernel, const Value& input) {
  const std::size_t spatial = kernel.size();
  Sliding sliding{std::move(kernel), step.op().integers("strides", Dims(spatial, 1)),
                  step.op().integers("dilations", Dims(spatial, 1)), Dims(spatial, 0),
                  Dims(spatial, 0)};
  const Dims pads = step.op().integers("pads", Dims(2 * spatial, 0));
  if (input.dims.size() != spatial + 2 || sliding.strides.size() != spatial ||
      sliding.dilations.size() != spatial || pads.size() != 2 * spatial) {
    step.unsupported("its kernel does not fit an input of " + to_string(Shape{input.dims}));
  }
  const Dims* all[] = {&sliding.kernel, &sliding.strides, &sliding.dilations, &pads};
  for (const auto* options : all) {
    for (const auto option : *options) {
      if (option < 0 || option > (std::int64_t{1} << 31))
        step.unsupported("an option out of range");
    }
  }
  for (const auto stride : sliding.strides) {
    if (stride < 1) step.unsupported("a stride of 0");
  }
  const std::string rule = step.op().text("auto_pad", "NOTSET");
  if (rule == "SAME_UPPER" || rule == "SAME_LOWER") {
    pad_to_same(sliding, std::span{input.dims}.subspan(2), rule == "SAME_UPPER");
  } else if (rule == "NOTSET") {
    const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(spatial);
    sliding.begins.assign(pads.begin(), middle);
    sliding.ends.assign(middle, pads.end());
  }
  return sliding;
}

Pair pair(const Dims& dims) { return dims.size() == 1 ? Pair{1, dims[0]} : Pair{dims[0], dims[1]}; }

// Padding that differs on the two sides gets a layer of its own.
std::size_t padded(Step& step, std::size_t node, Sliding& sliding, double value) {
  if (sliding.begins == sliding.ends) return node;
  const Pair begins =
      sliding.begins.size() == 1 ? Pair{0, sliding.begins[0]} : pair(sliding.begins);
  const Pair ends = sliding.ends.size() == 1 ? Pair{0, sliding.ends[0]} : pair(sliding.ends);
  std::fill(sliding.begins.begin(), sliding.begins.end(), 0);
  return step.add(Pad2d{begins.height, ends.height, begins.width, ends.width, value}, {node},
                  ".pad");
}

// Of a weight that has only those of one group.
std::int64_t channels_of(std::int64_t of_group, std::int64_t groups) {
  std::int64_t channels = 0;
  if (__builtin_mul_overflow(of_group, groups, &channels)) throw LayerError{"too many channels"};
  return channels;
}

// A bias has a number for each channel out.
bool has_bias(const Step& step, std::int64_t channels) {
  const Value* bias = step.input(2);
  if (bias && elements_of(bias->dims) != channels) {
    step.unsupported("a bias of " + std::to_string(elements_of(bias->dims)) + " for " +
                     std::to_string(channels) + " channels");
  }
  return bias != nullptr;
}

void convolve(Step& step) {
  const Value& input = step.needed(0);
  const Value& weight = step.weight(1);
  if (weight.dims.size() != 3 && weight.dims.size() != 4) {
    step.unsupported("a convolution over " + std::to_string(weight.dims.size() - 2) + " axes");
  }
  Sliding sliding = sliding_of(step, Dims(weight.dims.begin() + 2, weight.dims.end()), input);
  const bool bias = has_bias(step, weight.dims[0]);
  const auto groups = step.op().integer("group", 1);
  const auto node = padded(step, step.example(input, weight.dims.size()), sliding, 0);
  const auto channels = channels_of(weight.dims[1], groups);
  Layer layer;
  if (weight.dims.size() == 3) {
    layer = Conv1d{channels,
                   weight.dims[0],
                   sliding.kernel[0],
                   sliding.strides[0],
                   sliding.begins[0],
                   sliding.dilations[0],
                   groups,
                   bias};
  } else {
    layer = Conv2d{channels,
                   weight.dims[0],
                   pair(sliding.kernel),
                   pair(sliding.strides),
                   pair(sliding.begins),
                   pair(sliding.dilations),
                   groups,
                   bias};
  }
  step.example_result(step.add_with_weight(layer, {node}, weight, step.input(2)), input);
}

void convolve_transposed(Step& step) {
  const Value& input = step.needed(0);
  const Value& weight = step.weight(1);
  if (weight.dims.size() != 4) step.unsupported("a transposed convolution not over two axes");
  Sliding sliding = sliding_of(step, {weight.dims[2], weight.dims[3]}, input);
  if (sliding.begins != sliding.ends || step.op().find("output_shape") ||
      step.op().text("auto_pad", "NOTSET").starts_with("SAME")) {
    step.unsupported("padding that differs on the two sides, or by rule");
  }
  const Dims extra = step.op().integers("output_padding", {0, 0});
  if (extra.size() != 2) step.unsupported("an output padding of other axes");
  const auto groups = step.op().integer("group", 1);
  const auto channels = channels_of(weight.dims[1], groups);
  const ConvTranspose2d layer{
      weight.dims[0],          channels,    pair(sliding.kernel),    pair(sliding.strides),
      pair(sliding.begins),    pair(extra), pair(sliding.dilations), groups,
      has_bias(step, channels)};
  step.example_result(step.add_with_weight(layer, {step.example(input, 4)}, weight, step.input(2)),
                      input);
}

Layer pooling_layer(const Step& step, const Sliding& sliding) {
  const bool ceil_mode = step.op().integer("ceil_mode", 0) != 0;
  // A single axis is the width of an image one pixel high.
  const Pair padding =
      sliding.begins.size() == 1 ? Pair{0, sliding.begins[0]} : pair(sliding.begins);
  if (step.op().type == "MaxPool") {
    return MaxPool2d{pair(sliding.kernel), pair(sliding.strides), padding, pair(sliding.dilations),
                     ceil_mode};
  }
  return AvgPool2d{pair(sliding.kernel), pair(sliding.strides), padding, ceil_mode,
                   step.op().integer("count_include_pad", 0) != 0};
}

void pool(Step& step) {
  const Value& input = step.needed(0);
  const Dims kernel = step.op().integers("kernel_shape", {});
  if (kernel.size() != 1 && kernel.size() != 2) {
    step.unsupported("pooling over " + std::to_string(kernel.size()) + " axes");
  }
  Sliding sliding = sliding_of(step, kernel, input);
  auto node = step.example(input, kernel.size() + 2);
  const bool line = kernel.size() == 1;
  if (line) node = step.add(Reshape{{input.dims[1], 1, input.dims[2]}}, {node}, ".image");
  const bool largest = step.op().type == "MaxPool";
  node = padded(step, node, sliding, largest ? -std::numeric_limits<double>::infinity() : 0);
  node = step.add(pooling_layer(step, sliding), {node});
  if (line) node = step.add(Reshape{{input.dims[1], -1}}, {node}, ".line");
  step.example_result(node, input);
}

void pool_globally(Step& step) {
  const Value& input = step.needed(0);
  const bool average = step.op().type == "GlobalAveragePool";
  const auto node = step.example(input, input.dims.size());
  if (average && input.dims.size() == 4) {
    return step.example_result(step.add(AdaptiveAvgPool2d{1}, {node}), input);
  }
  Reduce reduce{average ? Reduction::mean : Reduction::max, {}, true};
  for (std::size_t i = 2; i < input.dims.size(); ++i) {
    reduce.axes.push_back(static_cast<std::int64_t>(i) - 1);
  }
  step.example_result(step.add(reduce, {node}), input);
}

}  // namespace

const Converters& convolution_converters() {
  static const Converters all{
      {"Conv", convolve},
      {"ConvTranspose", convolve_transposed},
      {"MaxPool", pool},
      {"AveragePool", pool},
      {"GlobalAveragePool", pool_globally},
      {"GlobalMaxPool", pool_globally},
  };
  return all;
}

}  // namespace erg::onnx
