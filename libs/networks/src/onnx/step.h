// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph.h"
#include "model.h"

namespace erg::onnx {

// A parameter: what it is called where it is used, and the initializer that its numbers are.
struct Named {
  std::string name;
  std::string source;
};

// The weight and the bias of a node, and the operation that it stems from.
struct Use {
  Named weight;
  Named bias;
  const Operation* operation;
};

// What a learned tensor can be of a layer that also stands for itself: a Parameter's node.
enum class Role : std::uint8_t { bias = 1, scale = 2 };

// What the steps of one graph share.
struct Context {
  Graph graph;
  std::int64_t opset = 0;
  std::map<std::string, std::size_t, std::less<>> readers;    // how many read each ONNX tensor
  std::map<std::string, const Tensor*, std::less<>> weights;  // the file's, by name
  std::map<std::size_t, Use> uses;                            // by node
  Payloads payloads;
  std::map<std::string, unsigned, std::less<>> roles = {};  // of learned tensors, as bits
  // Learned tensors with more than one role: each is a node of its own, so that it is counted once.
  std::set<std::string, std::less<>> apart = {};
};

// One ONNX operation on its way into the graph: what a converter of operations works with.
class Step {
 public:
  Step(const Operation& operation, std::vector<const Value*> inputs, Context& context);

  const Operation& op() const { return operation_; }
  std::int64_t opset() const { return context_.opset; }
  Graph& graph() { return context_.graph; }
  const std::string& name() const { return name_; }

  std::size_t inputs() const { return inputs_.size(); }
  // nullptr: absent.
  const Value* input(std::size_t i) const { return i < inputs_.size() ? inputs_[i] : nullptr; }
  // Throws LayerError where it is absent.
  const Value& needed(std::size_t i) const;
  // Values known when the file is read. Throws LayerError where they are not.
  const Folded& known(std::size_t i) const;
  const Folded* known_if_present(std::size_t i) const;
  // A weight's extents: no tensor of the graph. Throws LayerError.
  const Value& weight(std::size_t i) const;

  // A layer on nodes, called after the operation or, with weights, after the module that they are
  // of in PyTorch ("layer1.0.conv1" of "layer1.0.conv1.weight").
  std::size_t add(Layer layer, std::vector<std::size_t> inputs, std::string_view suffix = {});
  std::size_t add_with_weight(Layer layer, std::vector<std::size_t> inputs, const Value& weight,
                              const Value* bias = nullptr);
  // The bias of a node that add_with_weight() made.
  void note_bias(std::size_t node, const Value& bias);

  // Whether a learned tensor is to be a node rather than a layer's. Notes its role.
  bool stands_apart(const Value& value, Role role) const;

  // The result of one layer on one value: the batch stays where it was.
  void result_of(const Layer& layer, const Value& input);
  void result(Value value) { outputs_.push_back(std::move(value)); }
  std::vector<Value>& outputs() { return outputs_; }

  // The whole of images (batch first) as node; `rank` of the ONNX tensor.
  std::size_t example(const Value& value, std::size_t rank);
  void example_result(std::size_t node, const Value& input);

  // Whether nothing else reads the i-th input.
  bool only_reader(std::size_t i) const;

  [[noreturn]] void unsupported(const std::string& why) const;

 private:
  const Operation& operation_;
  std::vector<const Value*> inputs_;
  Context& context_;
  std::string name_;
  std::vector<Value> outputs_;
};

using Converter = void (*)(Step&);
using Converters = std::map<std::string_view, Converter>;

// By operator. Each adds the layers of an operation and gives its results.
const Converters& convolution_converters();
const Converters& normalisation_converters();
const Converters& elementwise_converters();
const Converters& matrix_converters();
const Converters& shape_converters();
const Converters& selection_converters();
const Converters& einsum_converters();

// The module of a parameter: "conv1" of "conv1.weight"; empty for a name that no module gave.
std::string module_of(std::string_view weight);

// Whether a name was made up by an exporter rather than given to a parameter.
bool is_generated(std::string_view name);

// One number, of a known tensor with one element.
std::optional<double> single(const Value* value);

}  // namespace erg::onnx
