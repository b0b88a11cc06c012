// SPDX-License-Identifier: Apache-2.0
#include "erg/network.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "erg/suggest.h"

namespace erg {
namespace {

// "network 'n', layer 'conv1' (Conv2d): "
std::string place(std::string_view network, const Node& node) {
  return "network '" + std::string{network} + "', layer '" + node.name + "' (" +
         std::string{kind(node.layer)} + "): ";
}

std::vector<Shape> gathered(const Node& node, std::span<const Shape> shapes) {
  std::vector<Shape> inputs;
  inputs.reserve(node.inputs.size());
  for (const auto index : node.inputs) inputs.push_back(shapes[index]);
  return inputs;
}

// No real network comes near; counts and memory stay bounded whatever a file says.
constexpr std::size_t kMostLayers = 16384;

void check_names_and_order(std::string_view network, std::span<const Node> nodes) {
  if (nodes.size() > kMostLayers) {
    throw NetworkError{"network '" + std::string{network} + "' has more than " +
                       std::to_string(kMostLayers) + " layers"};
  }
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name.empty()) {
      throw NetworkError{"network '" + std::string{network} + "': layer " + std::to_string(i) +
                         " has no name"};
    }
    if (!names.insert(nodes[i].name).second) {
      throw NetworkError{place(network, nodes[i]) + "another layer has the same name"};
    }
    if (nodes[i].inputs.size() > kMostLayers) {
      throw NetworkError{place(network, nodes[i]) + "too many inputs"};
    }
    for (const auto input : nodes[i].inputs) {
      if (input >= i) throw NetworkError{place(network, nodes[i]) + "takes what comes after it"};
    }
    if (const auto shares = nodes[i].shares; shares && (*shares >= i || nodes[*shares].shares)) {
      throw NetworkError{place(network, nodes[i]) + "shares what is not an earlier layer's own" +
                         (*shares < i ? ": '" + nodes[*shares].name + "' has it of another" : "")};
    }
  }
}

const Tensor* named(std::span<const Tensor> tensors, std::string_view name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

// What is wrong with a tensor that a layer is said to share; empty: nothing.
std::string misfit(const std::string& name, const Tensor* own, const Tensor* other,
                   const std::string& owner) {
  if (!own) return "has no tensor '" + name + "' to share";
  if (!other) return "shares '" + name + "' of '" + owner + "', which has none";
  if (can_share(own->shape, other->shape)) return {};
  return "wanted a '" + name + "' of " + to_string(own->shape) + " to share, got " +
         to_string(other->shape) + " of '" + owner + "'";
}

void check_sharing(std::string_view network, const Node& node, const Node& owner) {
  const auto own = tensors(node.layer);
  const auto others = tensors(owner.layer);
  std::vector<std::string_view> names;
  std::vector<std::string> wanted = node.shared;
  for (const auto& tensor : own) {
    names.push_back(tensor.name);
    if (node.shared.empty() && named(others, tensor.name)) wanted.emplace_back(tensor.name);
  }
  for (const auto& name : wanted) {
    const Tensor* tensor = named(own, name);
    const auto wrong = misfit(name, tensor, named(others, name), owner.name);
    if (wrong.empty()) continue;
    throw NetworkError{place(network, node) + wrong +
                       (tensor ? std::string{} : suggestion(name, names))};
  }
  if (wanted.empty()) {
    throw NetworkError{place(network, node) + "has no tensor in common with '" + owner.name +
                       "', which it shares"};
  }
}

struct InitializationName {
  Initialization initialization;
  std::string_view name;
};

constexpr std::array kInitializations{
    InitializationName{Initialization::torch, "torch"},
    InitializationName{Initialization::xavier_uniform, "xavier_uniform"},
    InitializationName{Initialization::kaiming_normal, "kaiming_normal"},
    InitializationName{Initialization::normal_02, "normal_02"},
};

std::string in_one_line(std::string text) {
  constexpr std::size_t kLongest = 1000;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  for (char& letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) letter = '?';
  }
  return text;
}

}  // namespace

NetworkError::NetworkError(std::string text) : runtime_error{in_one_line(std::move(text))} {}

Network::Network(std::string name, std::vector<Node> nodes, std::size_t output,
                 Initialization initialization)
    : name_{std::move(name)},
      nodes_{std::move(nodes)},
      output_{output},
      initialization_{initialization} {
  check_names_and_order(name_, nodes_);
  if (output_ >= nodes_.size()) throw NetworkError{"network '" + name_ + "' has no output"};
  shapes_.reserve(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (std::holds_alternative<Input>(node.layer)) inputs_.push_back(i);
    try {
      const auto inputs = gathered(node, shapes_);
      shapes_.push_back(erg::output_shape(node.layer, inputs));
      node.layer = resolved(node.layer, inputs);
      if (node.shares) check_sharing(name_, node, nodes_[*node.shares]);
    } catch (const LayerError& error) {
      throw NetworkError{place(name_, node) + error.what()};
    }
  }
  if (inputs_.empty()) throw NetworkError{"network '" + name_ + "' has no Input layer"};
  parameters();
}

std::vector<Shape> Network::shapes(std::span<const Shape> inputs) const {
  if (inputs.size() != inputs_.size()) {
    throw NetworkError{"network '" + name_ + "' takes " + std::to_string(inputs_.size()) +
                       " inputs, got " + std::to_string(inputs.size())};
  }
  std::vector<Shape> all;
  all.reserve(nodes_.size());
  std::size_t next_input = 0;
  for (const auto& node : nodes_) {
    try {
      if (const auto* input = std::get_if<Input>(&node.layer)) {
        const Input other{inputs[next_input++], input->vocabulary};
        all.push_back(erg::output_shape(other, {}));
      } else {
        all.push_back(erg::output_shape(node.layer, gathered(node, all)));
      }
    } catch (const LayerError& error) {
      throw NetworkError{place(name_, node) + error.what()};
    }
  }
  return all;
}

std::optional<std::size_t> Network::find(std::string_view node) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == node) return i;
  }
  return std::nullopt;
}

bool Node::shares_tensor(std::string_view tensor) const {
  return shares &&
         (shared.empty() || std::find(shared.begin(), shared.end(), tensor) != shared.end());
}

bool can_share(const Shape& own, const Shape& other) {
  return own == other ||
         (own.rank() == 2 && other.rank() == 2 && own[0] == other[1] && own[1] == other[0]);
}

std::vector<Tensor> Network::tensors(std::size_t node) const {
  const Node& at = nodes_[node];
  std::vector<Tensor> all = erg::tensors(at.layer);
  std::vector<Tensor> others;
  if (at.shares) others = erg::tensors(nodes_[*at.shares].layer);
  for (auto& tensor : all) {
    const bool theirs = at.shares_tensor(tensor.name) && named(others, tensor.name);
    const bool frozen = theirs ? nodes_[*at.shares].frozen : at.frozen;
    tensor.trainable = tensor.trainable && !frozen;
  }
  return all;
}

std::vector<Tensor> Network::own_tensors(std::size_t node) const {
  std::vector<Tensor> own = tensors(node);
  if (!nodes_[node].shares) return own;
  const auto others = erg::tensors(nodes_[*nodes_[node].shares].layer);
  std::erase_if(own, [&](const Tensor& tensor) {
    return nodes_[node].shares_tensor(tensor.name) && named(others, tensor.name);
  });
  return own;
}

std::int64_t Network::parameters() const {
  constexpr std::int64_t kMost = std::int64_t{1} << 44;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const auto& tensor : own_tensors(i)) {
      if (!tensor.trainable) continue;
      const auto elements = tensor.shape.elements();
      if (elements > kMost - sum) {
        throw NetworkError{place(name_, nodes_[i]) + "too many parameters"};
      }
      sum += elements;
    }
  }
  return sum;
}

std::string_view to_string(Initialization initialization) {
  for (const auto& entry : kInitializations) {
    if (entry.initialization == initialization) return entry.name;
  }
  return "";
}

std::optional<Initialization> initialization_from(std::string_view word) {
  for (const auto& entry : kInitializations) {
    if (entry.name == word) return entry.initialization;
  }
  return std::nullopt;
}

}  // namespace erg
