// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "backward_pass.h"
#include "graph_module.h"

namespace erg {

// What a layer had before it, in one pass of a training step.
struct LayerTensors {
  std::vector<at::Tensor> inputs;
  at::Tensor gradient;  // of its output; undefined: nothing behind it learns
  // How many layers read its output: PyTorch adds up their gradients before its backward.
  int readers = 1;
};

// The tensors of these nodes in a forward and backward of one batch. Leaves gradients behind.
class LayerCapture final : public NodeObserver {
 public:
  LayerCapture(const Network& network, std::vector<std::size_t> nodes);

  void before(std::size_t) override {}
  void after(std::size_t node, const at::Tensor& output) override;
  // What Input nodes hold, which no one is told of.
  void set_input(const at::Tensor& images);

  LayerTensors take(std::size_t node);

 private:
  const Network& network_;
  std::vector<bool> wanted_;           // by node: its gradient
  std::vector<bool> feeds_;            // by node: its output
  std::vector<at::Tensor> outputs_;    // by node
  std::vector<at::Tensor> gradients_;  // by node
};

// One layer to be repeated on its own tensors, copied so often that the copies do not fit into the
// cache together: each repetition finds its tensors cold, and leaves what it made where the next
// does not write at once.
class CapturedLayer {
 public:
  // `cold_bytes`: what all copies take together, at least. Runs the layer once.
  CapturedLayer(const Operation& operation, LayerTensors tensors, std::int64_t cold_bytes);

  bool has_backward() const { return !slots_.empty() && !slots_.front().backward.empty(); }

  // Once, on the next copy.
  void forward();
  // Before the first backward: a graph for each copy.
  void prepare_backward();
  // One forward more, whose graph the next copy's backward uses from here on.
  void renew();
  // Once, on the next copy. Precondition: has_backward().
  void backward();

 private:
  struct Slot {
    std::vector<at::Tensor> inputs;
    at::Tensor gradient;
    at::Tensor another;  // gradient of the same size, where several are added up
    BackwardPass backward;
  };
  void build(Slot& slot);
  void keep(std::vector<at::Tensor> made);
  at::Tensor added_up(const Slot& slot) const;

  const Operation operation_;
  const int readers_;
  std::vector<Slot> slots_;
  std::size_t next_ = 0;
  std::size_t renewed_ = 0;
  std::deque<std::vector<at::Tensor>> made_;
};

}  // namespace erg
