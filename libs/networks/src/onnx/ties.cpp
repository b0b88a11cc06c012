// SPDX-License-Identifier: Apache-2.0
#include "ties.h"

#include <algorithm>
#include <set>
#include <utility>

namespace erg::onnx {
namespace {

enum class Tie { none, weight, all };

// The module of an operation by its path: "l.0/linear1" of "/l.0/linear1/MatMul".
std::string path_of(const Operation& operation) {
  if (!operation.name.starts_with('/')) return {};
  const auto end = operation.name.rfind('/');
  return end == 0 ? std::string{} : operation.name.substr(1, end - 1);
}

// Whether one path is the other's, run again: "l.0/linear1_1" of "l.0/linear1".
bool is_again(std::string_view first, std::string_view later) {
  if (first.empty() || !later.starts_with(first)) return false;
  const auto rest = later.substr(first.size());
  return rest.empty() || (rest.size() > 1 && rest[0] == '_' &&
                          rest.find_first_not_of("0123456789", 1) == rest.npos);
}

// Where two paths differ, up to the steps that they end with alike: "layers.0" and "layers.1" of
// "layers.0/linear1" and "layers.1/linear1".
std::pair<std::string, std::string> differing(std::string_view a, std::string_view b) {
  while (true) {
    const auto a_cut = a.rfind('/');
    const auto b_cut = b.rfind('/');
    if (a_cut == a.npos || b_cut == b.npos || a.substr(a_cut) != b.substr(b_cut)) break;
    a = a.substr(0, a_cut);
    b = b.substr(0, b_cut);
  }
  return {std::string{a}, std::string{b}};
}

// Finds the first layer that has the weight of each.
class Tying {
 public:
  explicit Tying(Context& context) : context_{context} {}

  void run() {
    for (const auto& [node, use] : context_.uses) by_source_[source_of(use)].push_back(node);
    find_copies();
    for (const auto& [source, nodes] : by_source_) {
      const bool constant = is_constant(source);
      std::vector<std::size_t> owners;
      for (const auto node : nodes) {
        const bool tied = tied_to_one(owners, node, constant);
        if (!tied && owners.size() < kMostCompared) owners.push_back(node);
      }
    }
  }

 private:
  const Use& use(std::size_t node) const { return context_.uses.at(node); }

  bool is_constant(const std::string& source) const {
    const auto tensor = context_.weights.find(source);
    return tensor == context_.weights.end() || looks_constant(*tensor->second, context_.payloads);
  }

  // Of a matrix that is another with rows and columns changed, the other.
  const std::string& source_of(const Use& use) {
    const std::string& own = use.weight.source;
    const auto [known, is_new] = origin_.emplace(own, own);
    const auto tensor = context_.weights.find(own);
    if (!is_new || tensor == context_.weights.end() || tensor->second->dims.size() != 2) {
      return known->second;
    }
    auto& like = matrices_[tensor->second->dims];
    const auto turned = matrices_.find({tensor->second->dims[1], tensor->second->dims[0]});
    if (turned != matrices_.end() && !is_constant(own)) {
      for (const auto* other : turned->second) {
        if (is_transposed(*other, *tensor->second, context_.payloads)) {
          known->second = other->name;
          return known->second;
        }
      }
    }
    if (like.size() < kMostCompared) like.push_back(tensor->second);
    return known->second;
  }

  // Pairs of modules of which more than one weight is the same are copies: layers that were cloned.
  void find_copies() {
    for (const auto& [source, nodes] : by_source_) {
      if (nodes.size() < 2 || is_constant(source)) continue;
      const auto last =
          nodes.begin() + static_cast<std::ptrdiff_t>(std::min(nodes.size(), kMostCompared));
      for (auto first = nodes.begin(); first != last; ++first) {
        for (auto later = first + 1; later != last; ++later) note_pair(*first, *later);
      }
    }
  }

  void note_pair(std::size_t first, std::size_t later) {
    const std::string path = path_of(*use(first).operation);
    const std::string own = path_of(*use(later).operation);
    if (path.empty() || own.empty() || is_again(path, own)) return;
    if (const auto pair = differing(path, own); ++pairs_[pair] > 1) copies_.insert(pair);
  }

  // The older exporter calls one bias by one name and its copies by others; of two modules that the
  // newer one notes, equal biases say that both are copies.
  Tie by_biases(const Use& first, const Use& later, bool one_scope) const {
    if (one_scope && later.bias.name == first.bias.name) return Tie::all;
    return later.bias.source == first.bias.source ? Tie::none : Tie::weight;
  }

  Tie by_names(const Use& first, const Use& later, bool constant) const {
    const bool one_scope = !first.operation->has_scope || !later.operation->has_scope ||
                           first.operation->scope == later.operation->scope;
    const bool biases = !first.bias.source.empty() && !later.bias.source.empty();
    if (one_scope && first.weight.name == later.weight.name) {
      return !biases || first.bias.name == later.bias.name ? Tie::all : Tie::weight;
    }
    const std::string path = path_of(*first.operation);
    const std::string own = path_of(*later.operation);
    // A module that runs again; with ones and zeros only where no name says that it is another.
    const bool unnamed = is_generated(first.weight.name) && is_generated(later.weight.name);
    if (is_again(path, own) && (!constant || unnamed) &&
        (!biases || first.bias.name == later.bias.name)) {
      return Tie::all;
    }
    if (constant) return Tie::none;
    // Parameters that kept their names are copied under other ones for being equal only.
    if (first.weight.source == later.weight.source && first.weight.name != later.weight.name &&
        !is_generated(later.weight.name)) {
      return Tie::none;
    }
    if (biases && !is_constant(later.bias.source)) return by_biases(first, later, one_scope);
    return copies_.contains(differing(path, own)) ? Tie::none : Tie::weight;
  }

  Tie tie_of(const Use& first, const Use& later, bool constant) const {
    const auto& ours = later.operation->parameters;
    const auto& theirs = first.operation->parameters;
    if (first.weight.source != later.weight.source || ours.empty() || theirs.empty()) {
      return by_names(first, later, constant);
    }
    if (ours == theirs) return Tie::all;
    const bool common = std::any_of(ours.begin(), ours.end(), [&](const auto& parameter) {
      return std::find(theirs.begin(), theirs.end(), parameter) != theirs.end();
    });
    return common ? Tie::weight : Tie::none;
  }

  bool tied_to_one(const std::vector<std::size_t>& owners, std::size_t node, bool constant) {
    for (const auto owner : owners) {
      const Tie tie = tie_of(use(owner), use(node), constant);
      if (tie != Tie::none && share(owner, node, tie)) return true;
    }
    return false;
  }

  // Whether there is something to share.
  bool share(std::size_t owner, std::size_t node, Tie tie) {
    Graph& graph = context_.graph;
    const auto theirs = tensors(graph[owner].layer);
    std::vector<std::string> common;
    bool all = true;
    for (const auto& own : tensors(graph[node].layer)) {
      const auto other = std::find_if(theirs.begin(), theirs.end(),
                                      [&](const erg::Tensor& t) { return t.name == own.name; });
      if (other == theirs.end()) continue;
      if (can_share(own.shape, other->shape) && (tie == Tie::all || own.name == "weight")) {
        common.emplace_back(own.name);
      } else {
        all = false;
      }
    }
    if (common.empty()) return false;
    graph[node].shares = owner;
    if (!all) graph[node].shared = std::move(common);
    return true;
  }

  // Matrices of one shape, and layers with one weight: what a file can make this cost is bounded.
  static constexpr std::size_t kMostCompared = 64;

  Context& context_;
  std::map<std::string, std::vector<std::size_t>> by_source_;  // nodes, in order
  std::map<std::string, std::string> origin_;
  std::map<Dims, std::vector<const erg::onnx::Tensor*>> matrices_;
  std::map<std::pair<std::string, std::string>, int> pairs_;  // weights that two modules both have
  std::set<std::pair<std::string, std::string>> copies_;      // modules
};

// The bias of a product that the call had and the operation has not.
bool* dropped_bias(Layer& layer) {
  bool* bias = nullptr;
  std::visit(
      [&](auto& options) {
        using Kind = std::remove_cvref_t<decltype(options)>;
        if constexpr (std::is_same_v<Kind, Linear> || std::is_same_v<Kind, Conv1d> ||
                      std::is_same_v<Kind, Conv2d> || std::is_same_v<Kind, ConvTranspose2d>) {
          if (!options.bias) bias = &options.bias;
        }
      },
      layer);
  return bias;
}

void restore_biases(Context& context) {
  for (const auto& [node, use] : context.uses) {
    const auto& parameters = use.operation->parameters;
    bool* bias = dropped_bias(context.graph[node].layer);
    const std::string& call = use.operation->call;
    const bool product = call.starts_with("aten.linear") || call.starts_with("aten.conv");
    if (bias && product && use.bias.source.empty() && parameters.size() == 2 &&
        parameters[1].ends_with("bias"))
      *bias = true;
  }
}

}  // namespace

void tie_weights(Context& context) {
  restore_biases(context);
  Tying{context}.run();
}

}  // namespace erg::onnx
