// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/csrc/autograd/function.h>

#include <vector>

#include "torch_headers.h"

namespace erg {

// The backward operators behind one tensor, down to its leaves, called again and again without
// PyTorch's engine: its wake-up of another thread costs more than a small layer's work.
//
// Gradients of leaves are computed and not added to them. The graph stays as it was.
class BackwardPass {
 public:
  BackwardPass() = default;
  explicit BackwardPass(const at::Tensor& output);

  bool empty() const { return calls_.empty(); }

  // One pass from this gradient of the output; gives the gradients that it came to. Precondition:
  // not empty.
  std::vector<at::Tensor> run(const at::Tensor& gradient);

 private:
  struct Target {  // of one gradient: an input of a later call
    std::size_t call = 0;
    std::size_t input = 0;
  };
  static constexpr std::size_t kLeaf = static_cast<std::size_t>(-1);
  struct Call {
    torch::autograd::Node* node = nullptr;
    std::vector<Target> targets;  // by output; call kLeaf: a result
    std::vector<at::Tensor> inputs;
  };

  void hand_over(const Target& target, at::Tensor&& gradient, std::vector<at::Tensor>& results);

  at::Tensor output_;  // keeps the operators alive
  std::size_t root_input_ = 0;
  std::vector<Call> calls_;  // each after all that feed it
};

}  // namespace erg
