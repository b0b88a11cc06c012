// SPDX-License-Identifier: Apache-2.0
#include "fuse.h"

#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace erg::onnx {
namespace {

bool close(double a, double b) { return std::abs(a - b) <= 1e-3 * std::abs(b); }

// Patterns end at a node and look at what it takes. What a pattern swallows may have one reader
// only, except where it reads itself.
class Fuser {
 public:
  Fuser(Nodes& graph, const std::vector<Shape>& shapes)
      : nodes_{graph.nodes}, shapes_{shapes}, readers_(graph.nodes.size(), 0) {
    for (const auto& node : nodes_) {
      for (const auto input : node.inputs) ++readers_[input];
    }
    for (const auto output : graph.outputs) readers_[output] += 2;  // never swallowed
    for (const auto& node : nodes_) {
      if (node.shares) readers_[*node.shares] += 2;
    }
  }

  void run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!gated(i) && !gelu(i)) layer_norm(i);
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) affine(i);
  }

 private:
  template <class Kind>
  const Kind* as(std::size_t i) const {
    return std::get_if<Kind>(&nodes_[i].layer);
  }

  bool is(std::size_t i, Function function) const {
    const auto* activation = as<Activation>(i);
    return activation && activation->function == function && readers_[i] == 1;
  }

  bool is(std::size_t i, Arithmetic arithmetic) const {
    const auto* combine = as<Combine>(i);
    return combine && combine->arithmetic == arithmetic && nodes_[i].inputs.size() == 2;
  }

  // The one input of an affine map with these numbers.
  std::optional<std::size_t> scaled(std::size_t i, double scale, double shift) const {
    const auto* affine = as<Affine>(i);
    if (!affine || !close(affine->scale, scale)) return std::nullopt;
    if (shift == 0 ? affine->shift != 0 : !close(affine->shift, shift)) return std::nullopt;
    return nodes_[i].inputs[0];
  }

  void become(std::size_t i, Layer layer, std::size_t input) {
    ++readers_[input];
    for (const auto old : nodes_[i].inputs) --readers_[old];
    nodes_[i].layer = std::move(layer);
    nodes_[i].inputs = {input};
  }

  // x times a function of x.
  bool gated(std::size_t i) {
    if (!is(i, Arithmetic::multiply)) return false;
    for (int side = 0; side < 2; ++side) {
      const auto x = nodes_[i].inputs[static_cast<std::size_t>(side)];
      const auto gate = nodes_[i].inputs[static_cast<std::size_t>(1 - side)];
      if (!as<Activation>(gate)) continue;
      const auto before = nodes_[gate].inputs[0];
      if (is(gate, Function::sigmoid) && before == x) {
        become(i, Activation{Function::silu}, x);
        return true;
      }
      if (is(gate, Function::hardsigmoid) && before == x) {
        become(i, Activation{Function::hardswish}, x);
        return true;
      }
      if (is(gate, Function::tanh) && is(before, Function::softplus) &&
          nodes_[before].inputs[0] == x) {
        become(i, Activation{Function::mish}, x);
        return true;
      }
    }
    return false;
  }

  // 1 + erf(x / sqrt 2), from its last node back to x.
  std::optional<std::size_t> one_plus_erf(std::size_t i) const {
    const auto erf = scaled(i, 1, 1);
    if (!erf || readers_[i] != 1 || !is(*erf, Function::erf)) return std::nullopt;
    const auto inside = nodes_[*erf].inputs[0];
    return readers_[inside] == 1 ? scaled(inside, 1 / std::numbers::sqrt2, 0) : std::nullopt;
  }

  // The half may be on the product or on either of its factors.
  bool gelu(std::size_t i) {
    if (const auto product = scaled(i, 0.5, 0);
        product && is(*product, Arithmetic::multiply) && readers_[*product] == 1) {
      for (std::size_t side = 0; side < 2; ++side) {
        const auto x = nodes_[*product].inputs[side];
        if (one_plus_erf(nodes_[*product].inputs[1 - side]) != x) continue;
        become(i, Activation{Function::gelu}, x);
        return true;
      }
    }
    if (!is(i, Arithmetic::multiply)) return false;
    for (std::size_t side = 0; side < 2; ++side) {
      const auto a = nodes_[i].inputs[side];
      const auto b = nodes_[i].inputs[1 - side];
      const auto half_x = scaled(a, 0.5, 0);
      const auto half_b = scaled(b, 0.5, 0);
      if (half_x && readers_[a] == 1 && one_plus_erf(b) == *half_x) {
        become(i, Activation{Function::gelu}, *half_x);
        return true;
      }
      if (half_b && readers_[b] == 1 && one_plus_erf(*half_b) == a) {
        become(i, Activation{Function::gelu}, a);
        return true;
      }
    }
    return false;
  }

  // Over the last axis, which stays.
  bool is_mean(std::size_t i) const {
    const auto* reduce = as<Reduce>(i);
    if (!reduce || reduce->reduction != Reduction::mean || !reduce->keep) return false;
    const auto last = static_cast<std::int64_t>(shapes_[i].rank()) - 1;
    return reduce->axes == std::vector<std::int64_t>{last};
  }

  // x - mean(x): x.
  std::optional<std::size_t> centred(std::size_t i) const {
    if (!is(i, Arithmetic::subtract)) return std::nullopt;
    const auto x = nodes_[i].inputs[0];
    const auto mean = nodes_[i].inputs[1];
    if (!is_mean(mean) || nodes_[mean].inputs[0] != x) return std::nullopt;
    return x;
  }

  // (x - mean) / sqrt(mean((x - mean)^2) + epsilon), then perhaps a weight.
  bool layer_norm(std::size_t i) {
    if (!is(i, Arithmetic::divide)) return false;
    const auto x = centred(nodes_[i].inputs[0]);
    const auto root = nodes_[i].inputs[1];
    if (!x || !is(root, Function::sqrt)) return false;
    const auto shifted = nodes_[root].inputs[0];
    const auto* affine = as<Affine>(shifted);
    if (!affine || affine->scale != 1) return false;
    const auto variance = nodes_[shifted].inputs[0];
    if (!is_mean(variance)) return false;
    const auto square = nodes_[variance].inputs[0];
    const auto* power = as<Activation>(square);
    if (!power || power->function != Function::power || power->parameter != 2) return false;
    if (centred(nodes_[square].inputs[0]) != x) return false;
    become(i, LayerNorm{0, affine->shift, false, false}, *x);
    return true;
  }

  // A scale and a sum with a learned row belong to the norm before them.
  void affine(std::size_t i) {
    if (const auto* scale = as<Scale>(i); scale && scale->shape.rank() == 1) {
      const auto before = nodes_[i].inputs[0];
      const auto* norm = as<LayerNorm>(before);
      if (!norm || norm->weight || readers_[before] != 1) return;
      if (nodes_[i].shares || readers_[i] > 1) return;
      LayerNorm whole = *norm;
      whole.weight = true;
      become(i, whole, nodes_[before].inputs[0]);
      return;
    }
    if (!is(i, Arithmetic::add)) return;
    for (std::size_t side = 0; side < 2; ++side) {
      const auto before = nodes_[i].inputs[side];
      const auto* norm = as<LayerNorm>(before);
      const auto* row = as<Parameter>(nodes_[i].inputs[1 - side]);
      if (!norm || !norm->weight || norm->bias || readers_[before] != 1 || !row ||
          row->shape.rank() != 1 || readers_[nodes_[i].inputs[1 - side]] != 1) {
        continue;
      }
      LayerNorm whole = *norm;
      whole.bias = true;
      std::swap(nodes_[i].name, nodes_[before].name);  // the module's
      become(i, whole, nodes_[before].inputs[0]);
      return;
    }
  }

  std::vector<Node>& nodes_;
  const std::vector<Shape>& shapes_;
  std::vector<std::size_t> readers_;
};

Nodes without_the_unused(Nodes graph) {
  std::vector<bool> used(graph.nodes.size(), false);
  for (const auto output : graph.outputs) used[output] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    used[i] = used[i] || std::holds_alternative<Input>(graph.nodes[i].layer);
    if (!used[i]) continue;
    for (const auto input : graph.nodes[i].inputs) used[input] = true;
  }
  Nodes kept;
  std::map<std::size_t, std::vector<std::string>> parts;  // of tensors, by the owner that they had
  std::vector<std::size_t> place(graph.nodes.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!used[i]) continue;
    place[i] = kept.nodes.size();
    for (auto& input : graph.nodes[i].inputs) input = place[input];
    if (auto& shares = graph.nodes[i].shares) {
      // Of a node that is not kept, the first that shared its tensors has them, as far as it did.
      const auto owner = *shares;
      auto& shared = graph.nodes[i].shared;
      if (used[owner]) {
        shares = place[owner];
        if (const auto part = parts.find(owner); part != parts.end() && shared.empty()) {
          shared = part->second;
        }
      } else {
        shares.reset();
        if (!shared.empty()) parts.emplace(owner, std::exchange(shared, {}));
        used[owner] = true;
        place[owner] = kept.nodes.size();
      }
    }
    kept.nodes.push_back(std::move(graph.nodes[i]));
  }
  for (const auto output : graph.outputs) kept.outputs.push_back(place[output]);
  return kept;
}

}  // namespace

Nodes fuse(Nodes graph, const std::vector<Shape>& shapes) {
  Fuser{graph, shapes}.run();
  return without_the_unused(std::move(graph));
}

}  // namespace erg::onnx
