// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "training_state.h"

namespace erg {

// All that steps change, as it was at construction: weights, running statistics, what the optimizer
// and the gradient scaler remember, the random generators. Put back at destruction, bit for bit;
// gradients are left cleared, as a step leaves them.
class HeldState {
 public:
  explicit HeldState(Trainer::State& state);
  ~HeldState();
  HeldState(const HeldState&) = delete;
  HeldState& operator=(const HeldState&) = delete;

  // The same before the end, and where it may throw.
  void restore();

 private:
  Trainer::State& state_;
  std::vector<std::pair<at::Tensor, at::Tensor>> tensors_;  // the tensor, and what it held
  std::vector<std::pair<at::Generator, at::Tensor>> random_;
  std::int64_t optimizer_steps_;
  bool restored_ = false;
};

}  // namespace erg
