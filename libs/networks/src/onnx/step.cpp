// SPDX-License-Identifier: Apache-2.0
#include "step.h"

#include <algorithm>

namespace erg::onnx {
namespace {

// "/layer1/conv1/Conv" as PyTorch's older exporter writes it.
std::string plain_name(const Operation& operation) {
  std::string name = operation.name;
  name.erase(0, name.find_first_not_of('/'));
  std::replace(name.begin(), name.end(), '/', '.');
  if (name.starts_with("node_")) name.erase(0, 5);  // the newer one's prefix
  return name.empty() ? operation.type : name;
}

}  // namespace

Step::Step(const Operation& operation, std::vector<const Value*> inputs, Context& context)
    : operation_{operation},
      inputs_{std::move(inputs)},
      context_{context},
      name_{plain_name(operation)} {}

bool Step::only_reader(std::size_t i) const {
  const auto found = context_.readers.find(operation_.inputs[i]);
  return found != context_.readers.end() && found->second == 1;
}

const Value& Step::needed(std::size_t i) const {
  if (const auto* value = input(i)) return *value;
  throw LayerError{"input " + std::to_string(i) + " is absent"};
}

const Folded& Step::known(std::size_t i) const {
  const Value& value = needed(i);
  if (!value.folded) unsupported("input " + std::to_string(i) + " depends on the data");
  return *value.folded;
}

const Folded* Step::known_if_present(std::size_t i) const { return input(i) ? &known(i) : nullptr; }

const Value& Step::weight(std::size_t i) const {
  const Value& value = needed(i);
  if (value.node) unsupported("input " + std::to_string(i) + " is no weight of the file");
  return value;
}

std::size_t Step::add(Layer layer, std::vector<std::size_t> inputs, std::string_view suffix) {
  return context_.graph.add(std::move(layer), std::move(inputs), name_ + std::string{suffix});
}

std::size_t Step::add_with_weight(Layer layer, std::vector<std::size_t> inputs, const Value& weight,
                                  const Value* bias) {
  const std::string module = module_of(weight.weight);
  const auto node =
      context_.graph.add(std::move(layer), std::move(inputs), module.empty() ? name_ : module);
  if (!weight.learned) context_.graph[node].frozen = !tensors(context_.graph[node].layer).empty();
  if (weight.source.empty()) return node;
  context_.uses.emplace(node, Use{{weight.weight, weight.source}, {}, &operation_});
  if (bias) note_bias(node, *bias);
  return node;
}

void Step::note_bias(std::size_t node, const Value& bias) {
  if (const auto use = context_.uses.find(node); use != context_.uses.end()) {
    use->second.bias = {bias.weight, bias.source};
  }
}

bool Step::stands_apart(const Value& value, Role role) const {
  if (!value.learned || value.weight.empty()) return false;
  // Where the call's own parameters are noted, the tensor may have the name of one that is equal.
  const auto& noted = operation_.parameters;
  if (!noted.empty() && std::find(noted.begin(), noted.end(), value.source) == noted.end()) {
    return false;
  }
  context_.roles[value.weight] |= static_cast<unsigned>(role);
  return context_.apart.contains(value.weight);
}

void Step::result_of(const Layer& layer, const Value& input) {
  result(context_.graph.value_like(input, add(layer, {context_.graph.node_of(input, name_)})));
}

std::size_t Step::example(const Value& value, std::size_t rank) {
  if (value.dims.size() != rank) {
    unsupported("wanted a tensor of " + std::to_string(rank) + " axes, got " +
                to_string(Shape{value.dims}));
  }
  if (value.batch) {
    if (*value.batch != 0 || value.merged) throw AcrossBatch{"works across the batch"};
    return *value.node;
  }
  if (value.dims[0] != 1) throw AcrossBatch{"works across the batch"};
  return add(Reshape{Dims(value.dims.begin() + 1, value.dims.end())},
             {context_.graph.node_of(value, name_)}, ".example");
}

void Step::example_result(std::size_t node, const Value& input) {
  if (input.batch) return result(context_.graph.value_like(input, node));
  Dims dims{1};
  const auto& inner = context_.graph.shape(node).dims;
  dims.insert(dims.end(), inner.begin(), inner.end());
  result(context_.graph.value(add(Reshape{dims}, {node}, ".batch"), std::nullopt));
}

void Step::unsupported(const std::string& why) const { throw LayerError{why}; }

std::string module_of(std::string_view weight) {
  if (is_generated(weight)) return {};
  const auto dot = weight.rfind('.');
  return dot == weight.npos ? std::string{} : std::string{weight.substr(0, dot)};
}

bool is_generated(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"onnx::", "val_", "_val_", "/", "const_", "_inlfunc"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](auto prefix) { return name.starts_with(prefix); }) ||
         (!name.empty() && name.find_first_not_of("0123456789") == name.npos);
}

std::optional<double> single(const Value* value) {
  if (!value || !value->folded || value->folded->values.size() != 1) return std::nullopt;
  return value->folded->values[0];
}

}  // namespace erg::onnx
