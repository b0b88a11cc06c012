// SPDX-License-Identifier: Apache-2.0
#include "inputs.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace erg::onnx {
namespace {

constexpr std::int64_t kLargestBatch = 1 << 20;

// What exporters and their users call the axis of a batch.
bool names_batch(std::string_view free_extent) {
  std::string lower;
  for (const char letter : free_extent) {
    lower += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return lower == "b" || lower == "bs" || lower == "n" || lower.find("batch") != lower.npos;
}

// What the file calls an input's extents: "batchx3x32x32".
std::string extents_text(const GraphInput& input) {
  std::string text;
  for (std::size_t i = 0; i < input.dims.size(); ++i) {
    const std::string& name = input.free_names[i];
    text += i == 0 ? "" : "x";
    text += input.dims[i] > 0 ? std::to_string(input.dims[i]) : name.empty() ? "?" : name;
  }
  return text;
}

// Whether what was asked has more in the place of the batch than one example.
bool asks_for_a_batch(const GraphInput& input, const Shape& asked) {
  if (input.dims.empty() || asked.rank() != input.dims.size() || asked[0] == 1) return false;
  return input.dims[0] == 1 || (input.dims[0] < 1 && names_batch(input.free_names[0]));
}

}  // namespace

Inputs::Inputs(const Model& model, const std::string& name, const ReadOptions& options,
               Batching batching)
    : name_{name}, batched_{batching == Batching::first_axis} {
  std::set<std::string_view> weights;
  for (const auto& tensor : model.initializers) weights.insert(tensor.name);
  std::vector<std::string> names;
  for (const auto& input : model.inputs) {
    if (!weights.insert(input.name).second) continue;
    inputs_.push_back(&input);
    names.push_back(input.name);
  }
  if (names.empty()) throw NetworkError{name_ + ": has no input"};
  asked_.emplace(options, names, name_);
}

std::optional<std::size_t> Inputs::batch_axis(const GraphInput& input) const {
  if (!batched_ || input.dims.size() < 2) return std::nullopt;
  for (std::size_t i = 1; i < input.dims.size() && input.dims[0] > 0; ++i) {
    if (input.dims[i] < 1 && names_batch(input.free_names[i])) return i;
  }
  return 0;
}

std::int64_t Inputs::batch() const {
  for (const auto* input : inputs_) {
    const auto axis = batch_axis(*input);
    if (!axis) continue;
    const auto extent = input->dims[*axis];
    if (extent > kLargestBatch) {
      throw NetworkError{name_ + ": has a batch of " + std::to_string(extent)};
    }
    return std::max<std::int64_t>(1, extent);
  }
  return 1;
}

// What another input of the same name had; one example where it is a batch that was not taken away.
std::optional<std::int64_t> Inputs::free_extent(const GraphInput& input, std::size_t axis) const {
  const std::string& name = input.free_names[axis];
  if (const auto known = bound_.find(name); !name.empty() && known != bound_.end()) {
    return known->second;
  }
  if (!batched_ && (axis == 0 || names_batch(name))) return 1;
  return std::nullopt;
}

// All of it, or without a leading batch that was not taken away.
Shape Inputs::asked_shape(const GraphInput& input, std::optional<std::size_t> batch, Shape shape) {
  const std::size_t wanted = input.dims.size() - (batch ? 1 : 0);
  if (!batched_ && shape.rank() + 1 == wanted) {
    shape.dims.insert(shape.dims.begin(), std::max<std::int64_t>(1, input.dims[0]));
  }
  if (shape.rank() != wanted || (!batched_ && asks_for_a_batch(input, shape))) {
    throw OtherInput{name_ + ": input '" + input.name + "' is " + extents_text(input) +
                     (batch || !batched_ ? " with its batch" : "") + ": an example has " +
                     std::to_string(wanted) + (wanted == 1 ? " axis, got " : " axes, got ") +
                     to_string(shape)};
  }
  for (std::size_t i = 0, at = 0; i < input.dims.size(); ++i) {
    if (batch == i) continue;
    if (input.dims[i] < 1) bound_.emplace(input.free_names[i], shape[at]);
    ++at;
  }
  return shape;
}

Shape Inputs::shape(const GraphInput& input) {
  if (!input.has_shape) throw NetworkError{name_ + ": input '" + input.name + "' has no shape"};
  const auto batch = batch_axis(input);
  if (const Shape* asked = asked_->of(input.name)) return asked_shape(input, batch, *asked);
  Shape shape;
  for (std::size_t i = 0; i < input.dims.size(); ++i) {
    if (batch == i) continue;
    const auto extent = input.dims[i] > 0 ? input.dims[i] : free_extent(input, i).value_or(0);
    if (extent < 1) {
      throw OtherInput{name_ + ": input '" + input.name + "' leaves its extent '" +
                       input.free_names[i] + "' open: give the shape of one example"};
    }
    shape.dims.push_back(extent);
  }
  return shape;
}

}  // namespace erg::onnx
