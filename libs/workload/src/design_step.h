// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "captured_layer.h"
#include "erg/step_design.h"
#include "training_state.h"

namespace erg {

// The batches that a profile's steps take in turn: in (pinned) host memory, and on the device.
struct ProfileBatches {
  struct Batch {
    at::Tensor host_images, host_labels, images, labels;
  };
  std::vector<Batch> all;

  // The first few of the training images. More than a cache holds, where there are so many.
  explicit ProfileBatches(Trainer::State& state);
};

// Copies of what a layer touches that a cache of the device does not hold, in bytes.
std::int64_t cold_bytes(at::Device device);

// One step of a design, as the training makes it, but that weights are held: the learning rate is
// 0. What it moves all the same (momentum, running statistics, random state) HeldState puts back.
class DesignStep {
 public:
  // Makes a step and its backward of its own where a layer is to be repeated. All outlive this.
  DesignStep(Trainer::State& state, const ProfileBatches& batches, const StepDesign& design);

  void run();

 private:
  at::Tensor forward(const at::Tensor& images) const;
  void forward_until(const at::Tensor& images) const;
  void repeat(Pass pass);
  void repeat_phases();
  // `again`: gradients are what the update before left of them.
  void update(bool again = false) const;

  Trainer::State& state_;
  const ProfileBatches& batches_;
  const StepDesign& design_;
  std::size_t last_ = 0;                 // node, of a forward that is cut
  std::vector<CapturedLayer> repeated_;  // none, mostly one
  std::size_t turn_ = 0;
};

// Tensors of some layers, captured in a step of their own.
std::vector<LayerTensors> capture(Trainer::State& state, const ProfileBatches& batches,
                                  const std::vector<std::size_t>& nodes);

// Gradients of the loss of a batch, as the training computes them.
void backward_of(Trainer::State& state, const at::Tensor& logits, const at::Tensor& labels);

}  // namespace erg
