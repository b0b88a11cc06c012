// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fuse.h"
#include "known.h"
#include "step.h"

namespace erg::onnx {
namespace {

constexpr std::int64_t kLargestBatch = 1 << 20;

using Values = std::map<std::string, Value, std::less<>>;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw NetworkError{name + ": " + what};
}

std::string describe(const Operation& operation) {
  return "node '" +
         (operation.name.empty() ? operation.outputs.empty() ? "" : operation.outputs[0]
                                 : operation.name) +
         "' (" + operation.type + ")";
}

const Converter* converter_of(std::string_view type) {
  for (const auto* all :
       {&convolution_converters(), &normalisation_converters(), &elementwise_converters(),
        &matrix_converters(), &shape_converters(), &selection_converters(), &einsum_converters()}) {
    if (const auto found = all->find(type); found != all->end()) return &found->second;
  }
  return nullptr;
}

// Reads a whole model, operation by operation.
class Reading {
 public:
  Reading(const Model& model, std::string name, const ReadOptions& options, Batching batching)
      : model_{model},
        name_{std::move(name)},
        options_{options},
        batched_{batching == Batching::first_axis},
        context_{Graph{batch_of_inputs()}, model.opset, {}, {}, {}, {}, Payloads{options.folder}} {}

  Network network() {
    add_weights();
    add_inputs();
    for (const auto& operation : model_.operations) {
      for (const auto& input : operation.inputs) ++context_.readers[input];
    }
    for (const auto& output : model_.outputs) ++context_.readers[output];
    for (const auto& operation : model_.operations) convert(operation);
    return finished();
  }

 private:
  bool has_batch(const GraphInput& input) const { return batched_ && input.dims.size() > 1; }

  // A free batch is taken to be one example: then every extent that was derived from it is, too.
  std::int64_t batch_of_inputs() const {
    for (const auto& input : model_.inputs) {
      if (!has_batch(input) || is_weight(input.name)) continue;
      if (input.dims[0] > kLargestBatch)
        fail(name_, "has a batch of " + std::to_string(input.dims[0]));
      return std::max<std::int64_t>(1, input.dims[0]);
    }
    return 1;
  }

  // Old files list weights among the inputs.
  bool is_weight(const std::string& input) const {
    return std::any_of(model_.initializers.begin(), model_.initializers.end(),
                       [&](const auto& tensor) { return tensor.name == input; });
  }

  // Exporters fold what is done to a weight, and give the outcome a name of their own; a single
  // number of theirs is a constant of the code.
  bool is_learned(const Tensor& tensor) const {
    if (model_.buffers.contains(tensor.name) || looks_like_mask(tensor, context_.payloads))
      return false;
    return !is_generated(tensor.name) || elements_of(tensor.dims) > 1;
  }

  void add_weights() {
    for (const auto& tensor : model_.initializers) {
      Value value;
      value.dims = tensor.dims;
      if (elements_of(value.dims) < 0)
        fail(name_, "weight '" + tensor.name + "' has no such shape");
      value.folded = tensor_values(tensor, context_.payloads);
      if (tensor.is_real()) {
        value.weight = tensor.name;
        value.learned = is_learned(tensor);
      }
      context_.weights.insert_or_assign(tensor.name, &tensor);
      values_.insert_or_assign(tensor.name, std::move(value));
    }
  }

  Shape shape_of(const GraphInput& input, bool first) {
    if (!input.has_shape) fail(name_, "input '" + input.name + "' has no shape");
    const std::size_t skipped = has_batch(input) ? 1 : 0;
    if (first && options_.input) {
      if (options_.input->rank() != input.dims.size() - skipped) {
        fail(name_, "input '" + input.name + "' has " +
                        std::to_string(input.dims.size() - skipped) + " axes an example, got " +
                        to_string(*options_.input));
      }
      return *options_.input;
    }
    Shape shape;
    for (std::size_t i = skipped; i < input.dims.size(); ++i) {
      if (input.dims[i] < 1) {
        fail(name_, "input '" + input.name + "' leaves its extent '" + input.free_names[i] +
                        "' open: give the shape of one example");
      }
      shape.dims.push_back(input.dims[i]);
    }
    return shape;
  }

  void add_inputs() {
    bool first = true;
    for (const auto& input : model_.inputs) {
      if (values_.contains(input.name)) continue;
      const Shape shape = shape_of(input, first);
      first = false;
      const bool tokens = input.type == kInt64 || input.type == kInt32;
      // How many there are to choose from is only known at the table; one is the least.
      const auto node = context_.graph.add(Input{shape, tokens ? 1 : 0}, {}, input.name);
      values_.insert_or_assign(
          input.name, context_.graph.value(
                          node, has_batch(input) ? std::optional<std::size_t>{0} : std::nullopt));
    }
    if (first) fail(name_, "has no input");
  }

  std::vector<const Value*> inputs_of(const Operation& operation) {
    std::vector<const Value*> inputs;
    for (const auto& input : operation.inputs) {
      const auto found = values_.find(input);
      if (!input.empty() && found == values_.end()) {
        fail(name_, describe(operation) + ": takes '" + input + "', which nothing before it makes");
      }
      inputs.push_back(input.empty() ? nullptr : &found->second);
    }
    return inputs;
  }

  void define(const Operation& operation, std::size_t i, Value value) {
    if (i >= operation.outputs.size() || operation.outputs[i].empty()) return;
    // A copy that PyTorch's older exporter made of equal weights is another weight.
    if (operation.type == "Identity" && value.learned && !value.node) {
      value.weight = operation.outputs[i];
    }
    values_.insert_or_assign(operation.outputs[i], std::move(value));
  }

  void convert(const Operation& operation) {
    const auto inputs = inputs_of(operation);
    try {
      if (auto known = known_result(operation, inputs, context_.opset))
        return define(operation, 0, *known);
      const auto* converter = converter_of(operation.type);
      if (!converter || (!operation.domain.empty() && operation.domain != "ai.onnx")) {
        throw LayerError{"this operator is not supported"};
      }
      Step step{operation, inputs, context_};
      (*converter)(step);
      for (std::size_t i = 0; i < step.outputs().size(); ++i) {
        define(operation, i, std::move(step.outputs()[i]));
      }
    } catch (const AcrossBatch& error) {
      throw AcrossBatch{name_ + ": " + describe(operation) + ": " + error.what()};
    } catch (const LayerError& error) {
      fail(name_, describe(operation) + ": " + error.what());
    }
  }

  Network finished() {
    std::vector<std::size_t> outputs;
    for (const auto& output : model_.outputs) {
      const auto found = values_.find(output);
      if (found == values_.end()) fail(name_, "output '" + output + "' is made by no node");
      if (found->second.node) outputs.push_back(*found->second.node);
    }
    if (outputs.empty()) fail(name_, "no output depends on an input");
    set_vocabularies();
    auto fused =
        fuse({std::move(context_.graph.nodes()), std::move(outputs)}, context_.graph.shapes());
    return Network{name_, std::move(fused.nodes), fused.outputs.front()};
  }

  // Tokens are as many as the table that reads them has rows.
  void set_vocabularies() {
    auto& nodes = context_.graph.nodes();
    for (const auto& node : nodes) {
      const auto* table = std::get_if<TokenEmbedding>(&node.layer);
      if (!table) continue;
      auto at = node.inputs[0];
      while (is_view(nodes[at].layer)) at = nodes[at].inputs[0];
      if (auto* input = std::get_if<Input>(&nodes[at].layer)) {
        input->vocabulary = std::max(input->vocabulary, table->vocabulary);
      }
    }
  }

  const Model& model_;
  std::string name_;
  const ReadOptions& options_;
  bool batched_;
  Context context_;
  Values values_;
};

}  // namespace

Network convert(const Model& model, const std::string& name, const ReadOptions& options,
                Batching batching) {
  return Reading{model, name, options, batching}.network();
}

}  // namespace erg::onnx
