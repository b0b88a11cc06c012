// SPDX-License-Identifier: Apache-2.0
#include "known.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "fold_shapes.h"

namespace erg::onnx {
namespace {

// Operations that only rearrange a weight leave it the same weight.
bool keeps_weight(std::string_view type) {
  constexpr std::string_view kTypes[] = {"Identity", "Cast",    "Transpose",
                                         "Reshape",  "Squeeze", "Unsqueeze"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

Value value_of(Folded folded) {
  Value value;
  value.dims = folded.dims;
  value.folded = std::move(folded);
  return value;
}

std::optional<Value> constant(const Operation& operation) {
  Folded folded;
  if (const auto* value = operation.find("value"); value && value->has_tensor) {
    Value made;
    made.dims = value->tensor.dims;
    if (const auto wrong = misfit_of(value->tensor); !wrong.empty()) {
      throw LayerError{"its tensor " + wrong};
    }
    made.folded = tensor_values(value->tensor);
    return made;
  }
  if (const auto* integer = operation.find("value_int")) {
    folded = {{}, true, {static_cast<double>(integer->integer)}};
  } else if (const auto* real = operation.find("value_float")) {
    folded = {{}, false, {static_cast<double>(real->real)}};
  } else if (const auto* list = operation.find("value_ints")) {
    folded = {{static_cast<std::int64_t>(list->integers.size())},
              true,
              {list->integers.begin(), list->integers.end()}};
  } else {
    throw LayerError{"a constant of a form that is not supported"};
  }
  return value_of(std::move(folded));
}

std::optional<Value> extents(const Operation& operation, const Value& input) {
  const auto rank = static_cast<std::int64_t>(input.dims.size());
  const auto range =
      slice_range(rank, operation.integer("start", 0), operation.integer("end", rank), 1);
  Folded folded{{range.count}, true, {}};
  for (std::int64_t i = 0; i < range.count; ++i) {
    folded.values.push_back(
        static_cast<double>(input.dims[static_cast<std::size_t>(range.first + i)]));
  }
  return value_of(std::move(folded));
}

// Masks too large to compute, and what no layer does: only the shape counts.
std::optional<Value> unknown_constant(const Operation& operation,
                                      const std::vector<const Value*>& inputs) {
  constexpr std::string_view kSameShape[] = {"Equal",          "Less",  "LessOrEqual", "Greater",
                                             "GreaterOrEqual", "And",   "Or",          "Not",
                                             "Trilu",          "Where", "Floor",       "Ceil"};
  const bool same = std::find(std::begin(kSameShape), std::end(kSameShape), operation.type) !=
                    std::end(kSameShape);
  Value value;
  if (operation.type == "ConstantOfShape" && inputs.size() == 1 && inputs[0]->folded) {
    value.dims = inputs[0]->folded->integers();
  } else if (same) {
    for (const auto* input : inputs) {
      if (!input || (operation.type == "Trilu" && input != inputs[0])) continue;
      const auto dims = broadcast_dims({value.dims, input->dims});
      if (!dims) throw LayerError{"its inputs do not fit together"};
      value.dims = *dims;
    }
  } else {
    return std::nullopt;
  }
  if (elements_of(value.dims) < 0) throw LayerError{"makes no tensor"};
  return value;
}

}  // namespace

std::optional<Value> known_result(const Operation& operation,
                                  const std::vector<const Value*>& inputs, std::int64_t opset) {
  if (operation.type == "Constant") return constant(operation);
  if (operation.type == "Shape" && !inputs.empty() && inputs[0])
    return extents(operation, *inputs[0]);
  bool fixed = true;
  bool learned = false;
  bool folds = true;
  std::vector<const Folded*> known;
  for (const auto* input : inputs) {
    fixed = fixed && !(input && input->node);
    learned = learned || (input && input->learned);
    folds = folds && !(input && !input->folded);
    known.push_back(input && input->folded ? &*input->folded : nullptr);
  }
  if (!fixed || learned) return std::nullopt;
  if (folds) {
    if (auto folded = fold(operation, known, opset)) {
      if (elements_of(folded->dims) < 0) throw LayerError{"makes no tensor"};
      Value value = value_of(std::move(*folded));
      if (!inputs.empty() && inputs[0] && keeps_weight(operation.type)) {
        value.weight = inputs[0]->weight;
        value.source = inputs[0]->source;
      }
      return value;
    }
  }
  return unknown_constant(operation, inputs);
}

}  // namespace erg::onnx
