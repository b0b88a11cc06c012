// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "erg/layer.h"

namespace erg {

// Thrown for a graph that is no network, or an input that does not fit: one line, naming the layer.
// Names from foreign files may hold anything: what would break the line is replaced.
class NetworkError : public std::runtime_error {
 public:
  explicit NetworkError(std::string text);
};

// How Fill::weight and Fill::bias tensors start. Do not rename: files hold these words.
enum class Initialization {
  // PyTorch's: weights and biases uniform in +-1/sqrt(fan_in).
  torch,
  // The study's: weights Xavier uniform, +-sqrt(6 / (fan_in + fan_out)); biases as torch.
  xavier_uniform,
  // torchvision's for ResNets and MobileNets: weights normal, sqrt(2 / fan_out); biases 0.
  kaiming_normal,
  // Transformers': weights normal, 0.02; biases 0.
  normal_02,
};

// A layer with a name, unique in its network, and the nodes it takes its tensors from.
struct Node {
  std::string name;
  Layer layer;
  std::vector<std::size_t> inputs;  // indices, all smaller than the node's own
  // An earlier node, which shares none itself, whose tensors of the same name are this node's as
  // well: the same numbers, learned and counted once, at that node.
  std::optional<std::size_t> shares = std::nullopt;
  std::vector<std::string> shared = {};  // of those tensors, which; empty: all that both have
  bool frozen = false;  // its own tensors are fixed: filters and tables; shared ones are as theirs

  bool shares_tensor(std::string_view tensor) const;

  friend bool operator==(const Node&, const Node&) = default;
};

// Whether one tensor can be another's numbers: of the same shape, or a matrix turned.
bool can_share(const Shape& own, const Shape& other);

// A directed acyclic graph of named layers, in an order in which it can be executed.
//
// A Network that exists is sound: names are unique, every node's inputs stand before it, every
// width is filled in, and the shapes fit at its own input shapes. A value; nothing changes it.
class Network {
 public:
  // `output` is the node whose tensor is the result. Nodes that do not lead to it stay. Throws
  // NetworkError.
  Network(std::string name, std::vector<Node> nodes, std::size_t output,
          Initialization initialization = Initialization::torch);

  const std::string& name() const { return name_; }
  std::span<const Node> nodes() const { return nodes_; }
  const Node& operator[](std::size_t index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  std::size_t output() const { return output_; }
  Initialization initialization() const { return initialization_; }

  // Its Input nodes, in their order; nearly always one.
  std::span<const std::size_t> inputs() const { return inputs_; }
  const Shape& input_shape() const { return shapes_[inputs_.front()]; }
  const Shape& output_shape() const { return shapes_[output_]; }

  // Of every node's output, at the network's own input shapes.
  std::span<const Shape> shapes() const { return shapes_; }

  // The same for other inputs, one for each Input node. Throws NetworkError naming the layer that
  // does not fit, what came and what was wanted.
  std::vector<Shape> shapes(std::span<const Shape> inputs) const;
  std::vector<Shape> shapes(const Shape& input) const { return shapes(std::span{&input, 1}); }

  std::optional<std::size_t> find(std::string_view node) const;

  // The tensors of a node. Fixed, so not trainable: the own ones of a frozen node, and those that
  // it shares with a frozen one.
  std::vector<Tensor> tensors(std::size_t node) const;
  // Those of them that are not another's.
  std::vector<Tensor> own_tensors(std::size_t node) const;

  // Trainable numbers.
  std::int64_t parameters() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  std::string name_;
  std::vector<Node> nodes_;
  std::size_t output_ = 0;
  Initialization initialization_ = Initialization::torch;
  std::vector<std::size_t> inputs_;
  std::vector<Shape> shapes_;
};

std::string_view to_string(Initialization initialization);
std::optional<Initialization> initialization_from(std::string_view word);

}  // namespace erg
