// SPDX-License-Identifier: Apache-2.0
#include "held_state.h"

#include "compute_device.h"

namespace erg {

HeldState::HeldState(Trainer::State& state)
    : state_{state}, optimizer_steps_{state.optimizer.steps()} {
  const auto hold = [this](const at::Tensor& tensor) {
    tensors_.emplace_back(tensor.detach(), tensor.detach().clone(at::MemoryFormat::Preserve));
  };
  for (const auto& named : state.module.tensors()) hold(named.tensor);
  for (const auto& [name, tensor] : state.optimizer.state()) hold(tensor);
  if (state.scaler) {
    hold(state.scaler->scale());
    hold(state.scaler->growth());
  }
  const auto hold_random = [this](at::Device device) {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    random_.emplace_back(generator, generator.get_state());
  };
  hold_random(at::kCPU);
  if (asynchronous(state.device)) hold_random(state.device);
}

HeldState::~HeldState() {
  try {
    restore();
  } catch (const c10::Error&) {
    // The device is lost, and the training with it: whoever unwinds says so.
  }
}

void HeldState::restore() {
  if (restored_) return;
  restored_ = true;
  const at::NoGradGuard no_gradients;
  state_.optimizer.clear_gradients();
  for (const auto& [tensor, held] : tensors_) tensor.copy_(held);
  state_.optimizer.restore(optimizer_steps_);
  for (auto& [generator, held] : random_) generator.set_state(held);
  synchronize(state_.device);
}

}  // namespace erg
