// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

// What a norm is scaled by. Exporters hand ones to a norm that has no weights, made for it or those
// of another norm that is fresh.
Value scale_of(Step& step) {
  Value scale = step.weight(1);
  if (step.op().plain_norm) {
    scale.learned = false;
    scale.weight.clear();
    scale.source.clear();
  }
  return scale;
}

bool is_affine(const Value& scale) {
  if (!scale.learned) return false;
  const bool made = is_generated(scale.weight) && scale.folded;
  return !made || std::any_of(scale.folded->values.begin(), scale.folded->values.end(),
                              [](double value) { return value != 1; });
}

void batch_norm(Step& step) {
  const Value& input = step.needed(0);
  // PyTorch's momentum is the weight of the new value, ONNX's that of the old.
  const Value scale = scale_of(step);
  const BatchNorm layer{elements_of(scale.dims), step.op().real("epsilon", 1e-5),
                        1 - step.op().real("momentum", 0.9)};
  const auto node = step.example(input, input.dims.size());
  step.example_result(step.add_with_weight(layer, {node}, scale, step.input(2)), input);
}

// Ours is over the last axis; several are made one, and several again.
void layer_norm(Step& step) {
  const Value& input = step.needed(0);
  const auto axis = axis_in(step.op().integer("axis", -1), input.dims.size());
  if (!axis) step.unsupported("no such axis");
  if (input.batch && *input.batch >= *axis) throw AcrossBatch{"works across the batch"};
  const Value scale = scale_of(step);
  const bool learned = is_affine(scale);
  const LayerNorm layer{0, step.op().real("epsilon", 1e-5), learned, learned && step.input(2)};
  Dims joined(input.dims.begin(), input.dims.begin() + static_cast<std::ptrdiff_t>(*axis));
  joined.push_back(elements_of(std::span{input.dims}.subspan(*axis)));
  const Value rows = step.graph().reshaped_value(input, joined, step.name() + ".rows");
  const auto node =
      step.add_with_weight(layer, {step.graph().node_of(rows, step.name())}, scale, step.input(2));
  const Value normed = step.graph().value_like(rows, node);
  step.result(step.graph().reshaped_value(normed, input.dims, step.name() + ".axes"));
}

void grouped_norm(Step& step, std::int64_t groups) {
  const Value& input = step.needed(0);
  const Value scale = scale_of(step);
  const GroupNorm layer{groups, input.dims.size() < 2 ? 0 : input.dims[1],
                        step.op().real("epsilon", 1e-5), is_affine(scale)};
  const auto node = step.example(input, input.dims.size());
  step.example_result(step.add_with_weight(layer, {node}, scale, step.input(2)), input);
}

void instance_norm(Step& step) {
  const Value& input = step.needed(0);
  grouped_norm(step, input.dims.size() < 2 ? 1 : input.dims[1]);
}

void group_norm(Step& step) { grouped_norm(step, step.op().integer("num_groups", 1)); }

void local_response_norm(Step& step) {
  const Value& input = step.needed(0);
  const LocalResponseNorm layer{step.op().integer("size", 1), step.op().real("alpha", 1e-4),
                                step.op().real("beta", 0.75), step.op().real("bias", 1)};
  step.example_result(step.add(layer, {step.example(input, input.dims.size())}), input);
}

void softmax(Step& step) {
  const Value& input = step.needed(0);
  const bool flattens = step.opset() < 13;  // then everything from the axis on was one
  const auto axis = axis_in(step.op().integer("axis", flattens ? 1 : -1), input.dims.size());
  if (!axis) step.unsupported("no such axis");
  if (flattens && elements_of(std::span{input.dims}.subspan(*axis + 1)) != 1) {
    step.unsupported("a softmax over several axes at once");
  }
  const auto inner = step.graph().inner_axis(input, static_cast<std::int64_t>(*axis));
  if (input.merged && *input.batch == *axis) throw AcrossBatch{"works across the batch"};
  step.result_of(Softmax{inner, step.op().type == "LogSoftmax"}, input);
}

}  // namespace

const Converters& normalisation_converters() {
  static const Converters all{
      {"BatchNormalization", batch_norm},
      {"LayerNormalization", layer_norm},
      {"InstanceNormalization", instance_norm},
      {"GroupNormalization", group_norm},
      {"LRN", local_response_norm},
      {"Softmax", softmax},
      {"LogSoftmax", softmax},
  };
  return all;
}

}  // namespace erg::onnx
