// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "erg/network.h"
#include "torch_headers.h"

namespace erg {

// Computes one node from what its inputs computed; `training` switches dropout and batch norm.
using Operation = std::function<at::Tensor(std::span<const at::Tensor> inputs, bool training)>;

// A tensor of a node, by the name PyTorch gives it: "Conv2d_0.weight".
struct NamedTensor {
  std::string name;
  at::Tensor tensor;
  bool trainable = true;
};

// Watches a forward pass node by node; what layers' times are taken with.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  virtual void before(std::size_t node) = 0;
  // May register a hook on `output` to learn when the node's backward begins.
  virtual void after(std::size_t node, const at::Tensor& output) = 0;
};

// A Network that can be executed: one operation for each node, with its weights.
//
// Nothing is done in place, so that any node can be repeated on its own inputs. One thread uses it.
class GraphModule {
 public:
  // Weights are drawn on the CPU from `seed` and then moved, so that they are the same on any
  // device; on the meta device there are none, only their shapes. Throws NetworkError for a node
  // that cannot be executed.
  GraphModule(const Network& network, at::Device device, std::uint64_t seed);

  at::Tensor forward(const at::Tensor& input, bool training,
                     NodeObserver* observer = nullptr) const;

  const Network& network() const { return network_; }
  // In the order of the nodes, as a state_dict: trainable ones and running statistics, shared ones
  // once.
  std::span<const NamedTensor> tensors() const { return tensors_; }
  std::vector<at::Tensor> parameters() const;
  const Operation& operation(std::size_t node) const { return operations_[node]; }

 private:
  // The tensor that the node takes from the one it shares with; undefined where it has its own.
  at::Tensor shared(const Node& node, const Tensor& description) const;
  at::Tensor add(const Node& node, const Tensor& description, at::Device device,
                 at::Generator& random);

  const Network network_;
  std::vector<NamedTensor> tensors_;
  std::vector<Operation> operations_;  // by node; empty for an Input
  std::vector<std::size_t> last_use_;  // by node: after which one its output is no longer needed
};

}  // namespace erg
