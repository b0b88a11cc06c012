// SPDX-License-Identifier: Apache-2.0
#include "backward_pass.h"

#include <algorithm>
#include <set>

namespace erg {
namespace {

using AutogradNode = torch::autograd::Node;

// What adds a gradient to its leaf: nothing lies behind it.
bool is_leaf(const AutogradNode* node) { return node->num_outputs() == 0; }

void visit(AutogradNode* node, std::set<AutogradNode*>& seen, std::vector<AutogradNode*>& done) {
  if (node == nullptr || is_leaf(node) || !seen.insert(node).second) return;
  for (const auto& edge : node->next_edges()) visit(edge.function.get(), seen, done);
  done.push_back(node);
}

}  // namespace

BackwardPass::BackwardPass(const at::Tensor& output) : output_{output} {
  AutogradNode* const root = output.grad_fn().get();
  if (root == nullptr) return;
  root_input_ = output.output_nr();
  std::set<AutogradNode*> seen;
  std::vector<AutogradNode*> order;
  visit(root, seen, order);
  std::ranges::reverse(order);
  for (AutogradNode* node : order) {
    Call call;
    call.node = node;
    call.inputs.resize(node->num_inputs());
    for (const auto& edge : node->next_edges()) {
      const auto place = std::ranges::find(order, edge.function.get());
      call.targets.push_back(
          {place == order.end() ? kLeaf : static_cast<std::size_t>(place - order.begin()),
           edge.input_nr});
    }
    calls_.push_back(std::move(call));
  }
}

void BackwardPass::hand_over(const Target& target, at::Tensor&& gradient,
                             std::vector<at::Tensor>& results) {
  if (!gradient.defined()) return;
  if (target.call == kLeaf) {
    results.push_back(std::move(gradient));
    return;
  }
  Call& call = calls_[target.call];
  at::Tensor& input = call.inputs[target.input];
  // Autocast leaves gradients of one precision behind operators of another.
  const auto wanted = call.node->input_metadata(target.input).dtype();
  if (gradient.dtype() != wanted) gradient = gradient.to(c10::typeMetaToScalarType(wanted));
  input = input.defined() ? input + gradient : std::move(gradient);
}

std::vector<at::Tensor> BackwardPass::run(const at::Tensor& gradient) {
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> results;
  calls_.front().inputs[root_input_] = gradient;
  for (Call& call : calls_) {
    std::vector<at::Tensor> inputs(call.inputs.size());
    std::swap(inputs, call.inputs);
    const bool reached =
        std::ranges::any_of(inputs, [](const at::Tensor& input) { return input.defined(); });
    if (!reached) continue;
    auto outputs = (*call.node)(std::move(inputs));
    for (std::size_t i = 0; i < outputs.size() && i < call.targets.size(); ++i) {
      hand_over(call.targets[i], std::move(outputs[i]), results);
    }
  }
  return results;
}

}  // namespace erg
