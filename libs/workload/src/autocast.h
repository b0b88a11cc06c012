// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "erg/training_options.h"
#include "optimizer.h"

namespace erg {

// Sets PyTorch's switches of the whole process for 32 bit products. Throws TrainingError where the
// device has no such precision.
void use_precision(Precision precision, at::Device device);

// Autocast from construction to destruction, with bf16 and fp16; nothing with the others.
class AutocastScope {
 public:
  AutocastScope(Precision precision, at::Device device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  const bool on_;
  const at::DeviceType type_;
};

// Keeps the gradients of fp16 in range, as torch.amp.GradScaler with its defaults.
class GradientScaler {
 public:
  explicit GradientScaler(at::Device device);

  at::Tensor scaled(const at::Tensor& loss) const { return loss * scale_; }

  // Brings the gradients back to their own size. False when one is not finite: the step must be
  // skipped. Waits for the device, as PyTorch's does. `again`: does as much, and leaves gradients
  // and scale as they are.
  bool unscale(const std::vector<at::Tensor>& gradients, bool again = false);

  const at::Tensor& scale() const { return scale_; }
  const at::Tensor& growth() const { return growth_; }

 private:
  at::Tensor scale_;
  at::Tensor growth_;  // steps since the scale last changed
  at::Tensor found_;   // 1: something was not finite
};

}  // namespace erg
