// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <algorithm>
#include <utility>

#include "fuse.h"
#include "inputs.h"
#include "known.h"
#include "repair.h"
#include "step.h"
#include "ties.h"

namespace erg::onnx {
namespace {

constexpr std::int64_t kMostOfInput = std::int64_t{1} << 44;

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
  Reading(const Model& model, std::string name, const ReadOptions& options, Batching batching,
          std::set<std::string, std::less<>> apart)
      : model_{model},
        name_{std::move(name)},
        inputs_{model, name_, options, batching},
        context_{Graph{inputs_.batch()}, model.opset, {}, {}, {}, Payloads{options.folder}} {
    context_.apart = std::move(apart);
    if (!lost_parameters(model).empty()) return;  // a number may be what became of one
    for (const auto& [called, parameter] : model.parameters) noted_.insert(parameter);
  }

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

  // Learned tensors that became nodes as well as parts of layers, or parts of different kinds.
  std::set<std::string, std::less<>> in_several_roles() const {
    std::set<std::string, std::less<>> several;
    for (const auto& [weight, roles] : context_.roles) {
      const bool kinds = (roles & (roles - 1)) != 0;
      if (kinds || context_.graph.is_node(weight)) several.insert(weight);
    }
    return several;
  }

 private:
  // Exporters fold what is done to a weight, and give the outcome a name of their own; a single
  // number of theirs is a constant of the code.
  bool is_learned(const Tensor& tensor) const {
    if (model_.buffers.contains(tensor.name) || looks_like_mask(tensor, context_.payloads))
      return false;
    if (elements_of(tensor.dims) > 1) return true;
    return !is_generated(tensor.name) && (noted_.empty() || noted_.contains(tensor.name));
  }

  // Whether there is room for the numbers of one more known tensor.
  bool spend(const Folded& folded) {
    if (folded.values.size() > kMostFoldedInAll - spent_) return false;
    spent_ += folded.values.size();
    return true;
  }

  void add_weights() {
    for (const auto& tensor : model_.initializers) {
      Value value;
      value.dims = tensor.dims;
      if (const auto wrong = misfit_of(tensor); !wrong.empty())
        fail(name_, "weight '" + tensor.name + "' " + wrong);
      value.folded = tensor_values(tensor, context_.payloads);
      if (value.folded && !spend(*value.folded)) value.folded.reset();
      if (tensor.is_real()) {
        value.weight = tensor.name;
        value.source = tensor.name;
        value.learned = is_learned(tensor);
      }
      context_.weights.insert_or_assign(tensor.name, &tensor);
      if (!values_.emplace(tensor.name, std::move(value)).second) {
        fail(name_, "weight '" + tensor.name + "' is there twice");
      }
    }
  }

  void add_inputs() {
    for (const auto* input : inputs_.all()) {
      const Shape shape = inputs_.shape(*input);
      if (elements_of(shape.dims) < 0 || elements_of(shape.dims) > kMostOfInput) {
        fail(name_,
             "input '" + input->name + "' of " + to_string(shape) + " has too many elements");
      }
      const bool tokens = input->type == kInt64 || input->type == kInt32;
      // How many there are to choose from is only known at the table; one is the least.
      const auto node = context_.graph.add(Input{shape, tokens ? 1 : 0}, {}, input->name);
      auto value = context_.graph.value(node, inputs_.batch_axis(*input));
      if (!values_.emplace(input->name, std::move(value)).second) {
        fail(name_, "input '" + input->name + "' is there twice");
      }
    }
  }

  [[noreturn]] void fail_without(const std::string& input, const Operation& operation) const {
    const bool later =
        std::any_of(model_.operations.begin(), model_.operations.end(), [&](const auto& other) {
          return std::find(other.outputs.begin(), other.outputs.end(), input) !=
                 other.outputs.end();
        });
    fail(name_,
         describe(operation) + ": takes '" + input + "', which nothing before it makes" +
             (later ? ": a node after it does, so the graph has a cycle or is not sorted" : ""));
  }

  std::vector<const Value*> inputs_of(const Operation& operation) {
    std::vector<const Value*> inputs;
    for (const auto& input : operation.inputs) {
      const auto found = values_.find(input);
      if (!input.empty() && found == values_.end()) {
        fail_without(input, operation);
      }
      inputs.push_back(input.empty() ? nullptr : &found->second);
    }
    return inputs;
  }

  void define(const Operation& operation, std::size_t i, Value value) {
    if (i >= operation.outputs.size() || operation.outputs[i].empty()) return;
    if (value.folded && !spend(*value.folded)) {
      throw LayerError{"the constants of the graph are more than " +
                       std::to_string(kMostFoldedInAll) + " numbers in all"};
    }
    // PyTorch's older exporter writes equal weights once, and copies of them by other names.
    if (operation.type == "Identity" && value.learned && !value.node) {
      value.weight = operation.outputs[i];
    }
    if (!values_.emplace(operation.outputs[i], std::move(value)).second) {
      throw LayerError{"makes '" + operation.outputs[i] + "', which is there already"};
    }
  }

  void convert(const Operation& operation) {
    const auto inputs = inputs_of(operation);
    try {
      if (auto known = known_result(operation, inputs, context_.opset)) {
        return define(operation, 0, *known);
      }
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
      fail(name_, describe(operation) + ": " + error.what() + note_on_batch(error.what()));
    }
  }

  // Constants of a file that was exported for a batch have that batch, and nothing tells it.
  std::string note_on_batch(std::string_view what) const {
    if (inputs_.batch() < 2 || what.find("fit") == what.npos) return {};
    return " (exported for a batch of " + std::to_string(inputs_.batch()) +
           ", which its constants may have: export it with a batch of 1, or a free one)";
  }

  Network finished() {
    std::vector<std::size_t> outputs;
    for (const auto& output : model_.outputs) {
      const auto found = values_.find(output);
      if (found == values_.end()) fail(name_, "output '" + output + "' is made by no node");
      if (found->second.node) outputs.push_back(*found->second.node);
    }
    if (outputs.empty()) fail(name_, "no output depends on an input");
    tie_weights(context_);
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
  Inputs inputs_;
  Context context_;
  Values values_;
  std::set<std::string, std::less<>>
      noted_;              // the parameters, where PyTorch told them and all are there
  std::size_t spent_ = 0;  // numbers of known tensors
};

}  // namespace

Network convert(const Model& model, const std::string& name, const ReadOptions& options,
                Batching batching) {
  Reading reading{model, name, options, batching, {}};
  Network network = reading.network();
  auto several = reading.in_several_roles();
  if (several.empty()) return network;
  return Reading{model, name, options, batching, std::move(several)}.network();
}

}  // namespace erg::onnx
