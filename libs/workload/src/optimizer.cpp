// SPDX-License-Identifier: Apache-2.0
#include "optimizer.h"

#include <cmath>

namespace erg {
namespace {

std::vector<at::Tensor> zeros_like(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> zeros;
  for (const auto& tensor : tensors) zeros.push_back(at::zeros_like(tensor.detach()));
  return zeros;
}

}  // namespace

ParameterOptimizer::ParameterOptimizer(std::vector<at::Tensor> parameters,
                                       const OptimizerOptions& options)
    : parameters_{std::move(parameters)}, options_{options} {
  const bool adam = options_.kind != OptimizerKind::sgd;
  if (adam || options_.momentum != 0) first_ = zeros_like(parameters_);
  if (adam) second_ = zeros_like(parameters_);
}

void ParameterOptimizer::clear_gradients() {
  for (const auto& parameter : parameters_) parameter.mutable_grad().reset();
}

std::vector<at::Tensor> ParameterOptimizer::gradients() const { return lists().gradients; }

ParameterOptimizer::Lists ParameterOptimizer::lists() const {
  Lists lists;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    lists.parameters.push_back(parameters_[i]);
    lists.gradients.push_back(parameters_[i].grad());
    if (!first_.empty()) lists.first.push_back(first_[i]);
    if (!second_.empty()) lists.second.push_back(second_[i]);
  }
  return lists;
}

void ParameterOptimizer::step(double learning_rate) {
  const at::NoGradGuard no_gradients;
  Lists mine = lists();
  ++steps_;
  if (mine.parameters.empty()) return;
  if (options_.kind == OptimizerKind::sgd) {
    sgd(mine, learning_rate);
  } else {
    adam(mine, learning_rate);
  }
}

// The momentum starts at the first gradient: 0 times momentum plus it.
void ParameterOptimizer::sgd(Lists& lists, double learning_rate) {
  auto direction = lists.gradients;
  if (options_.weight_decay != 0) {
    direction = at::_foreach_add(direction, lists.parameters, options_.weight_decay);
  }
  if (options_.momentum != 0) {
    at::_foreach_mul_(lists.first, options_.momentum);
    at::_foreach_add_(lists.first, direction, 1);
    direction = options_.nesterov ? at::_foreach_add(direction, lists.first, options_.momentum)
                                  : lists.first;
  }
  at::_foreach_add_(lists.parameters, direction, -learning_rate);
}

void ParameterOptimizer::adam(Lists& lists, double learning_rate) {
  auto gradients = lists.gradients;
  if (options_.weight_decay != 0) {
    if (options_.kind == OptimizerKind::adamw) {
      at::_foreach_mul_(lists.parameters, 1 - learning_rate * options_.weight_decay);
    } else {
      gradients = at::_foreach_add(gradients, lists.parameters, options_.weight_decay);
    }
  }
  at::_foreach_lerp_(lists.first, gradients, 1 - options_.beta1);
  at::_foreach_mul_(lists.second, options_.beta2);
  at::_foreach_addcmul_(lists.second, gradients, gradients, 1 - options_.beta2);
  const auto steps = static_cast<double>(steps_);
  const double first_correction = 1 - std::pow(options_.beta1, steps);
  const double second_correction = 1 - std::pow(options_.beta2, steps);
  auto denominator = at::_foreach_sqrt(lists.second);
  at::_foreach_div_(denominator, std::sqrt(second_correction));
  at::_foreach_add_(denominator, options_.epsilon);
  at::_foreach_addcdiv_(lists.parameters, lists.first, denominator,
                        -learning_rate / first_correction);
}

std::vector<std::pair<std::string, at::Tensor>> ParameterOptimizer::state() const {
  std::vector<std::pair<std::string, at::Tensor>> state;
  const bool adam = options_.kind != OptimizerKind::sgd;
  for (std::size_t i = 0; i < first_.size(); ++i) {
    state.emplace_back((adam ? "average." : "momentum.") + std::to_string(i), first_[i]);
  }
  for (std::size_t i = 0; i < second_.size(); ++i) {
    state.emplace_back("average_square." + std::to_string(i), second_[i]);
  }
  return state;
}

void ParameterOptimizer::restore(std::int64_t steps) { steps_ = steps; }

}  // namespace erg
