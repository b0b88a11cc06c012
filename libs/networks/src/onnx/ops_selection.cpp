// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

// An axis that the examples of a batch do not share.
std::int64_t own_axis(Step& step, const Value& value, std::size_t axis) {
  if (value.merged && *value.batch == axis) throw AcrossBatch{"works across the batch"};
  return step.graph().inner_axis(value, static_cast<std::int64_t>(axis));
}

std::size_t axis_of(const Step& step, const Value& value, std::int64_t otherwise) {
  const auto axis = axis_in(step.op().integer("axis", otherwise), value.dims.size());
  if (!axis) step.unsupported("no such axis");
  return *axis;
}

void concat(Step& step) {
  std::vector<const Value*> values;
  const Value* batched = nullptr;
  for (std::size_t i = 0; i < step.inputs(); ++i) {
    values.push_back(&step.needed(i));
    if (values.back()->batch) batched = values.back();
  }
  if (values.empty()) step.unsupported("nothing to put together");
  const Value& like = batched ? *batched : *values.front();
  const auto axis = own_axis(step, like, axis_of(step, like, 0));
  std::vector<std::size_t> nodes;
  for (const auto* value : values) {
    if (value->dims.size() != like.dims.size() ||
        (value->batch && (value->batch != like.batch || value->merged != like.merged))) {
      throw AcrossBatch{"has the batch on different axes of its inputs"};
    }
    nodes.push_back(
        batched && !like.merged
            ? step.graph().aligned_node_of(*value, like.dims.size() - *like.batch, step.name())
            : step.graph().node_of(*value, step.name()));
  }
  const auto node = nodes.size() == 1 ? nodes[0] : step.add(Concat{axis}, nodes);
  step.result(step.graph().value_like(like, node));
}

// The parts' extents: given, or as even as they get.
Dims parts_of(const Step& step, std::int64_t extent) {
  if (const auto* attribute = step.op().find("split")) return attribute->integers;
  if (step.input(1)) return step.known(1).integers();
  const auto count =
      step.op().integer("num_outputs", static_cast<std::int64_t>(step.op().outputs.size()));
  if (count < 1 || count > extent) step.unsupported("that many parts");
  if (extent % count != 0 && step.opset() < 18) {
    step.unsupported(std::to_string(count) + " equal parts of " + std::to_string(extent));
  }
  Dims parts(static_cast<std::size_t>(count), (extent + count - 1) / count);
  parts.back() = extent - (count - 1) * parts.front();
  return parts;
}

void split(Step& step) {
  const Value& input = step.needed(0);
  const auto onnx_axis = axis_of(step, input, 0);
  const auto axis = own_axis(step, input, onnx_axis);
  const auto node = step.graph().node_of(input, step.name());
  std::int64_t begin = 0;
  for (const auto part : parts_of(step, input.dims[onnx_axis])) {
    if (part < 1 || part > input.dims[onnx_axis] - begin) step.unsupported("parts that do not fit");
    step.result(
        step.graph().value_like(input, step.add(Slice{axis, begin, begin + part, 1}, {node})));
    begin += part;
  }
}

void slice(Step& step) {
  Value value = step.needed(0);
  const Folded& starts = step.known(1);
  const Folded& ends = step.known(2);
  const Folded* axes = step.known_if_present(3);
  const Folded* steps = step.known_if_present(4);
  for (std::size_t i = 0; i < starts.values.size(); ++i) {
    if (i >= ends.values.size() || (axes && i >= axes->values.size()) ||
        (steps && i >= steps->values.size())) {
      step.unsupported("lists of different lengths");
    }
    const auto axis = axis_in(axes ? axes->at(i) : static_cast<std::int64_t>(i), value.dims.size());
    const auto stride = steps ? steps->at(i) : 1;
    if (!axis || stride < 1) step.unsupported("backwards, or on no axis");
    const auto range = slice_range(value.dims[*axis], starts.at(i), ends.at(i), stride);
    if (range.count == value.dims[*axis]) continue;
    const Slice layer{own_axis(step, value, *axis), range.first,
                      range.count == 0 ? range.first : range.first + (range.count - 1) * stride + 1,
                      stride};
    const auto node = step.graph().node_of(value, step.name());
    value = step.graph().value_like(value, step.add(layer, {node}));
  }
  step.result(value);
}

Reduction reduction_of(const Step& step) {
  if (step.op().type == "ReduceMean") return Reduction::mean;
  if (step.op().type == "ReduceSum" || step.op().type == "ReduceL2") return Reduction::sum;
  return step.op().type == "ReduceMax" ? Reduction::max : Reduction::min;
}

void reduce_value(Step& step, const Value& input) {
  const bool keep = step.op().integer("keepdims", 1) != 0;
  auto axes = axes_argument(step.op(), step.known_if_present(1));
  if (!axes || axes->empty()) {
    if (step.op().integer("noop_with_empty_axes", 0) != 0) return step.result(input);
    axes.emplace();
    for (std::size_t i = 0; i < input.dims.size(); ++i) {
      axes->push_back(static_cast<std::int64_t>(i));
    }
  }
  Reduce layer{reduction_of(step), {}, keep};
  std::size_t before_batch = 0;
  for (const auto onnx_axis : *axes) {
    const auto axis = axis_in(onnx_axis, input.dims.size());
    if (!axis) step.unsupported("no such axis");
    layer.axes.push_back(own_axis(step, input, *axis));
    before_batch += input.batch && *axis < *input.batch;
  }
  std::sort(layer.axes.begin(), layer.axes.end());
  const auto node = step.graph().node_of(input, step.name());
  auto batch = input.batch;
  if (batch && !keep) *batch -= before_batch;
  // What PyTorch writes for its global average pooling of images.
  if (layer.reduction == Reduction::mean && layer.axes == Dims{1, 2} &&
      step.graph().shape(node).rank() == 3) {
    auto pooled = step.add(AdaptiveAvgPool2d{1}, {node});
    if (!keep) pooled = step.add(Flatten{}, {pooled}, ".flatten");
    return step.result(step.graph().value(pooled, batch, input.merged));
  }
  step.result(step.graph().value(step.add(layer, {node}), batch, input.merged));
}

void reduce(Step& step) { reduce_value(step, step.needed(0)); }

// The root of the sum of squares.
void euclidean(Step& step) {
  const Value& input = step.needed(0);
  const auto squares = step.add(Activation{Function::power, 2},
                                {step.graph().node_of(input, step.name())}, ".squares");
  reduce_value(step, step.graph().value_like(input, squares));
  const Value sum = std::move(step.outputs().back());
  step.outputs().pop_back();
  step.result_of(Activation{Function::sqrt}, sum);
}

// The padding of each axis.
struct Padding {
  Dims begins;
  Dims ends;

  bool pads(std::size_t axis) const { return begins[axis] != 0 || ends[axis] != 0; }
};

Padding padding_of(const Step& step, std::size_t rank) {
  const Dims pads = step.known(1).integers();
  const Folded* axes = step.known_if_present(3);
  const std::size_t count = axes ? axes->values.size() : rank;
  if (pads.size() != 2 * count) step.unsupported("padding of other axes");
  Padding padding{Dims(rank, 0), Dims(rank, 0)};
  for (std::size_t i = 0; i < count; ++i) {
    const auto axis = axis_in(axes ? axes->at(i) : static_cast<std::int64_t>(i), rank);
    if (!axis) step.unsupported("no such axis");
    padding.begins[*axis] = pads[i];
    padding.ends[*axis] = pads[count + i];
  }
  return padding;
}

PadMode mode_of(const Step& step) {
  const std::string mode = step.op().text("mode", "constant");
  if (mode == "constant") return PadMode::constant;
  if (mode == "reflect") return PadMode::reflect;
  if (mode == "edge") return PadMode::replicate;
  if (mode == "wrap") return PadMode::circular;
  step.unsupported("padding by '" + mode + "'");
}

void pad(Step& step) {
  const Value& input = step.needed(0);
  const std::size_t rank = input.dims.size();
  const Padding padding = padding_of(step, rank);
  bool any = false;
  for (std::size_t i = 0; i < rank; ++i) {
    if (!padding.pads(i)) continue;
    any = true;
    if (i + 2 < rank) step.unsupported("padding of more than the last two axes");
    if (input.batch == i) throw AcrossBatch{"works across the batch"};
  }
  if (!any) return step.result(input);
  // Ours are the last two axes of one example, whose batch is before them.
  if (rank < 2 || (input.batch && !input.merged && *input.batch + 2 >= rank)) {
    throw AcrossBatch{"pads where the batch is"};
  }
  step.result_of(Pad2d{padding.begins[rank - 2], padding.ends[rank - 2], padding.begins[rank - 1],
                       padding.ends[rank - 1], single(step.input(2)).value_or(0), mode_of(step)},
                 input);
}

// Of every axis, what it becomes: by extents, or by factors, which round down.
Dims sizes_of(const Step& step, const Dims& from) {
  const Folded* scales = step.known_if_present(2);
  const Folded* sizes = step.known_if_present(3);
  if (sizes && sizes->values.empty()) sizes = nullptr;
  const Folded* given = sizes ? sizes : scales;
  Dims all(from.size());
  std::iota(all.begin(), all.end(), 0);
  const Dims axes = step.op().integers("axes", all);
  if (!given || given->values.size() != axes.size()) step.unsupported("sizes of other axes");
  Dims to = from;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = axis_in(axes[i], from.size());
    if (!axis) step.unsupported("no such axis");
    // In the precision of the file's factors: 0.7 of 10 is 7.
    const float scaled = static_cast<float>(given->values[i]) * static_cast<float>(from[*axis]);
    const double wanted = sizes ? given->values[i] : std::floor(scaled);
    if (!(wanted >= 1 && wanted < 1e9)) step.unsupported("a size that is none");
    to[*axis] = static_cast<std::int64_t>(wanted);
  }
  return to;
}

void check_resize(const Step& step) {
  const std::string mode = step.op().text("mode", "nearest");
  if (mode != "nearest" && mode != "linear") step.unsupported(mode + " interpolation");
  if (step.op().text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" ||
      step.op().text("keep_aspect_ratio_policy", "stretch") != "stretch") {
    step.unsupported("a change of size that crops or keeps proportions");
  }
}

// Of images, and of lines as images one pixel high.
void resize(Step& step) {
  const Value& input = step.needed(0);
  const bool line = input.dims.size() == 3;
  auto node = step.example(input, line ? 3 : 4);
  check_resize(step);
  const Dims& from = input.dims;
  const Dims to = sizes_of(step, from);
  if (to[0] != from[0] || to[1] != from[1]) step.unsupported("other axes than those of images");
  const Pair old = line ? Pair{1, from[2]} : Pair{from[2], from[3]};
  const Pair size = line ? Pair{1, to[2]} : Pair{to[2], to[3]};
  const bool linear = step.op().text("mode", "nearest") == "linear";
  const bool corners =
      step.op().text("coordinate_transformation_mode", "half_pixel") == "align_corners";
  Upsample2d layer{1, linear, linear && corners};
  if (size.height % old.height == 0 && size.width % old.width == 0) {
    layer.factor = {size.height / old.height, size.width / old.width};
  } else {
    layer.size = size;
  }
  if (line) node = step.add(Reshape{{from[1], 1, from[2]}}, {node}, ".image");
  node = step.add(layer, {node});
  if (line) node = step.add(Reshape{{from[1], -1}}, {node}, ".line");
  step.example_result(node, input);
}

}  // namespace

const Converters& selection_converters() {
  static const Converters all{
      {"Concat", concat},    {"Split", split},      {"Slice", slice},      {"ReduceMean", reduce},
      {"ReduceSum", reduce}, {"ReduceMax", reduce}, {"ReduceMin", reduce}, {"ReduceL2", euclidean},
      {"Pad", pad},          {"Resize", resize},
  };
  return all;
}

}  // namespace erg::onnx
