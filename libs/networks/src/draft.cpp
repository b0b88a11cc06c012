// SPDX-License-Identifier: Apache-2.0
#include "draft.h"

#include <functional>
#include <optional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "erg/suggest.h"

namespace erg {
namespace {

using Index = std::unordered_map<std::string_view, std::size_t>;
using Edges = std::vector<std::vector<std::size_t>>;  // of each node, its inputs

[[noreturn]] void fail(const std::string& network, const std::string& what) {
  throw NetworkError{"network '" + network + "': " + what};
}

Index index_of(const std::string& network, const std::vector<DraftNode>& drafts) {
  Index index;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (!index.emplace(drafts[i].name, i).second) {
      fail(network, "two layers are called '" + drafts[i].name + "'");
    }
  }
  return index;
}

std::size_t look_up(const std::string& network, const std::vector<DraftNode>& drafts,
                    const Index& index, const std::string& name, const std::string& who) {
  if (const auto found = index.find(name); found != index.end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& draft : drafts) names.push_back(draft.name);
  fail(network, who + " '" + name + "', which no layer is called" + suggestion(name, names));
}

// Goes from input to input of unsorted nodes, which must come round.
[[noreturn]] void fail_with_cycle(const std::string& network, const std::vector<DraftNode>& drafts,
                                  const Edges& inputs, const std::vector<bool>& sorted) {
  std::size_t at = 0;
  while (sorted[at]) ++at;
  std::vector<std::size_t> way;
  std::vector<std::size_t> visited(drafts.size(), drafts.size());
  while (visited[at] == drafts.size()) {
    visited[at] = way.size();
    way.push_back(at);
    for (const auto input : inputs[at]) {
      if (!sorted[input]) at = input;
    }
  }
  constexpr std::size_t kShown = 8;
  std::string text = drafts[at].name;
  for (std::size_t i = visited[at] + 1; i < way.size(); ++i) {
    if (i - visited[at] > kShown) {
      text += " <- ...";
      break;
    }
    text += " <- " + drafts[way[i]].name;
  }
  fail(network, "a cycle: " + text + " <- " + drafts[at].name);
}

std::vector<std::size_t> execution_order(const std::string& network,
                                         const std::vector<DraftNode>& drafts,
                                         const Edges& inputs) {
  Edges readers(drafts.size());
  std::vector<std::size_t> missing(drafts.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    missing[i] = inputs[i].size();
    for (const auto input : inputs[i]) readers[input].push_back(i);
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  std::vector<bool> sorted(drafts.size(), false);
  while (!ready.empty()) {
    const auto next = ready.top();
    ready.pop();
    order.push_back(next);
    sorted[next] = true;
    for (const auto reader : readers[next]) {
      if (--missing[reader] == 0) ready.push(reader);
    }
  }
  if (order.size() < drafts.size()) fail_with_cycle(network, drafts, inputs, sorted);
  return order;
}

}  // namespace

Network assemble(const std::string& name, std::vector<DraftNode> drafts, const std::string& output,
                 Initialization initialization) {
  const Index index = index_of(name, drafts);
  Edges inputs(drafts.size());
  std::vector<std::optional<std::size_t>> shares(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    for (const auto& input : drafts[i].inputs) {
      inputs[i].push_back(
          look_up(name, drafts, index, input, "layer '" + drafts[i].name + "' takes"));
    }
    if (drafts[i].shares.empty()) continue;
    shares[i] =
        look_up(name, drafts, index, drafts[i].shares, "layer '" + drafts[i].name + "' shares");
  }
  const std::size_t last = look_up(name, drafts, index, output, "the output is");
  const auto order = execution_order(name, drafts, inputs);
  std::vector<std::size_t> place(drafts.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<Node> nodes;
  nodes.reserve(drafts.size());
  for (const auto i : order) {
    for (auto& input : inputs[i]) input = place[input];
    nodes.push_back({drafts[i].name, std::move(drafts[i].layer), std::move(inputs[i])});
    if (shares[i]) nodes.back().shares = place[*shares[i]];
    nodes.back().shared = std::move(drafts[i].shared);
    nodes.back().frozen = drafts[i].frozen;
  }
  return Network{name, std::move(nodes), place[last], initialization};
}

}  // namespace erg
