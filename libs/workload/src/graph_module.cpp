// SPDX-License-Identifier: Apache-2.0
#include "graph_module.h"

#include <algorithm>
#include <string>

#include "initialize.h"
#include "operations.h"

namespace erg {
namespace {

std::string name_of(const Node& node, const Tensor& description) {
  return node.name + "." + std::string{description.name};
}

}  // namespace

GraphModule::GraphModule(const Network& network, at::Device device, std::uint64_t seed)
    : network_{network}, last_use_(network.size(), 0) {
  if (network_.inputs().size() != 1) {
    throw NetworkError{network_.name() + " takes " + std::to_string(network_.inputs().size()) +
                       " inputs; a network of one input can be run"};
  }
  at::Generator random = at::detail::createCPUGenerator(seed);
  for (std::size_t i = 0; i < network_.size(); ++i) {
    const Node& node = network_[i];
    for (const auto input : node.inputs) last_use_[input] = i;
    std::vector<at::Tensor> own;
    for (const Tensor& description : network_.tensors(i)) {
      at::Tensor tensor = shared(node, description);
      if (!tensor.defined()) tensor = add(node, description, device, random);
      own.push_back(std::move(tensor));
    }
    try {
      operations_.push_back(make_operation(node.layer, own, network_.shapes()[i]));
    } catch (const LayerError& error) {
      throw NetworkError{network_.name() + ", layer " + node.name + ": " + error.what()};
    }
  }
  last_use_[network_.output()] = network_.size();
}

at::Tensor GraphModule::shared(const Node& node, const Tensor& description) const {
  if (!node.shares_tensor(description.name)) return {};
  const auto name = name_of(network_[*node.shares], description);
  const auto found = std::ranges::find(tensors_, name, &NamedTensor::name);
  if (found == tensors_.end()) return {};
  const bool same = found->tensor.sizes() == at::IntArrayRef{description.shape.dims};
  return same ? found->tensor : found->tensor.t();
}

at::Tensor GraphModule::add(const Node& node, const Tensor& description, at::Device device,
                            at::Generator& random) {
  at::Tensor tensor = device.is_meta()
                          ? at::empty(description.shape.dims, at::dtype(at::kFloat).device(device))
                          : initialized(description, network_.initialization(), random).to(device);
  tensor.set_requires_grad(description.trainable);
  tensors_.push_back({name_of(node, description), tensor, description.trainable});
  return tensor;
}

at::Tensor GraphModule::forward(const at::Tensor& input, bool training,
                                NodeObserver* observer) const {
  std::vector<at::Tensor> values(network_.size());
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < network_.size(); ++i) {
    const Node& node = network_[i];
    if (!operations_[i]) {
      values[i] = input;
      continue;
    }
    inputs.clear();
    for (const auto from : node.inputs) inputs.push_back(values[from]);
    if (observer) observer->before(i);
    values[i] = operations_[i](inputs, training);
    if (observer) observer->after(i, values[i]);
    for (const auto from : node.inputs) {
      if (last_use_[from] == i) values[from].reset();
    }
  }
  return values[network_.output()];
}

std::vector<at::Tensor> GraphModule::parameters() const {
  std::vector<at::Tensor> parameters;
  for (const auto& [name, tensor, trainable] : tensors_) {
    if (trainable) parameters.push_back(tensor);
  }
  return parameters;
}

}  // namespace erg
