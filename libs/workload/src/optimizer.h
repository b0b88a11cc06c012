// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "erg/training_options.h"
#include "torch_headers.h"

namespace erg {

// SGD, Adam or AdamW over lists of tensors, as PyTorch's own with foreach: a few launches in all
// on a GPU, and no synchronisation.
class ParameterOptimizer {
 public:
  ParameterOptimizer(std::vector<at::Tensor> parameters, const OptimizerOptions& options);

  // One step along the parameters' gradients.
  void step(double learning_rate);
  void clear_gradients();

  const std::vector<at::Tensor>& parameters() const { return parameters_; }
  // Of the parameters that have one, for gradient scaling.
  std::vector<at::Tensor> gradients() const;

  // What must be kept to go on later, by name: "momentum.3", "average.0".
  std::vector<std::pair<std::string, at::Tensor>> state() const;
  std::int64_t steps() const { return steps_; }
  // Tensors as state() would give them are filled by the caller; `steps` were made.
  void restore(std::int64_t steps);

 private:
  // The parameters that have a gradient, and what belongs to them.
  struct Lists {
    std::vector<at::Tensor> parameters, gradients, first, second;
  };
  Lists lists() const;
  void sgd(Lists& lists, double learning_rate);
  void adam(Lists& lists, double learning_rate);

  const std::vector<at::Tensor> parameters_;
  const OptimizerOptions options_;
  std::vector<at::Tensor> first_;   // momentum; Adam's average of gradients
  std::vector<at::Tensor> second_;  // Adam's average of their squares
  std::int64_t steps_ = 0;
};

}  // namespace erg
