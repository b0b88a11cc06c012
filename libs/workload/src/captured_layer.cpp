// SPDX-License-Identifier: Apache-2.0
#include "captured_layer.h"

#include <algorithm>

namespace erg {
namespace {

// Tensors that many copies of do not fill a cache are too small to be worth more.
constexpr std::int64_t kMostCopies = 128;

std::int64_t bytes(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<std::int64_t>(tensor.nbytes()) : 0;
}

at::Tensor copy_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  at::Tensor copy = tensor.detach().clone(at::MemoryFormat::Preserve);
  if (tensor.requires_grad()) copy.set_requires_grad(true);
  return copy;
}

}  // namespace

LayerCapture::LayerCapture(const Network& network, std::vector<std::size_t> nodes)
    : network_{network},
      wanted_(network.size(), false),
      feeds_(network.size(), false),
      outputs_(network.size()),
      gradients_(network.size()) {
  for (const auto node : nodes) {
    wanted_[node] = true;
    for (const auto input : network[node].inputs) feeds_[input] = true;
  }
}

void LayerCapture::after(std::size_t node, const at::Tensor& output) {
  if (feeds_[node]) outputs_[node] = output;
  if (!wanted_[node] || !output.requires_grad()) return;
  output.register_hook([this, node](const at::Tensor& gradient) { gradients_[node] = gradient; });
}

void LayerCapture::set_input(const at::Tensor& images) {
  for (const auto input : network_.inputs()) outputs_[input] = images;
}

LayerTensors LayerCapture::take(std::size_t node) {
  LayerTensors tensors;
  for (const auto input : network_[node].inputs) {
    tensors.inputs.push_back(copy_of(outputs_[input]));
  }
  tensors.gradient = std::move(gradients_[node]);
  tensors.readers = 0;
  for (std::size_t i = 0; i < network_.size(); ++i) {
    tensors.readers += static_cast<int>(std::ranges::count(network_[i].inputs, node));
  }
  return tensors;
}

CapturedLayer::CapturedLayer(const Operation& operation, LayerTensors tensors,
                             std::int64_t cold_bytes)
    : operation_{operation}, readers_{tensors.readers} {
  std::int64_t touched = bytes(tensors.gradient) * (readers_ > 1 ? 2 : 1);
  for (const auto& input : tensors.inputs) touched += bytes(input);
  const auto copies =
      std::clamp<std::int64_t>(cold_bytes / std::max<std::int64_t>(touched, 1) + 1, 1, kMostCopies);
  slots_.push_back({std::move(tensors.inputs), std::move(tensors.gradient), {}, {}});
  for (std::int64_t i = 1; i < copies; ++i) {
    Slot slot;
    for (const auto& input : slots_.front().inputs) slot.inputs.push_back(copy_of(input));
    slot.gradient = copy_of(slots_.front().gradient);
    slots_.push_back(std::move(slot));
  }
  for (Slot& slot : slots_) {
    if (readers_ > 1) slot.another = copy_of(slot.gradient);
  }
  if (slots_.front().gradient.defined()) build(slots_.front());
}

void CapturedLayer::build(Slot& slot) {
  slot.backward = BackwardPass{operation_(slot.inputs, true)};
}

void CapturedLayer::keep(std::vector<at::Tensor> made) {
  made_.push_back(std::move(made));
  if (made_.size() >= slots_.size()) made_.pop_front();
}

void CapturedLayer::forward() {
  keep({operation_(slots_[next_].inputs, true)});
  next_ = (next_ + 1) % slots_.size();
}

void CapturedLayer::prepare_backward() {
  for (Slot& slot : slots_) build(slot);
}

void CapturedLayer::renew() {
  build(slots_[renewed_]);
  renewed_ = (renewed_ + 1) % slots_.size();
}

// As the engine does it: the first sum is a new tensor there too, or as dear as one.
at::Tensor CapturedLayer::added_up(const Slot& slot) const {
  const at::NoGradGuard no_gradients;
  at::Tensor sum = at::add(slot.gradient, slot.another);
  for (int i = 2; i < readers_; ++i) sum.add_(slot.another);
  return sum;
}

void CapturedLayer::backward() {
  Slot& slot = slots_[next_];
  keep(slot.backward.run(readers_ > 1 ? added_up(slot) : slot.gradient));
  next_ = (next_ + 1) % slots_.size();
}

}  // namespace erg
