// SPDX-License-Identifier: Apache-2.0
#include "design_step.h"

#include <algorithm>
#include <numeric>

#include "compute_device.h"

namespace erg {
namespace {

constexpr std::int64_t kFewestBatches = 2;
constexpr std::int64_t kMostBatches = 8;

at::Tensor on_device(const Trainer::State& state, const at::Tensor& host, bool images) {
  const bool channels_last = images && state.options.channels_last;
  const auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  if (!asynchronous(state.device)) return host.contiguous(format);
  return host.to(state.device, /*non_blocking=*/true).contiguous(format);
}

std::vector<std::string> names_in(const std::string& layers) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= layers.size();) {
    const auto end = std::min(layers.find(kTogether, begin), layers.size());
    names.push_back(layers.substr(begin, end - begin));
    begin = end + kTogether.size();
  }
  return names;
}

std::size_t node_of(const Network& network, const std::string& name) {
  const auto node = network.find(name);
  if (!node) throw TrainingError{network.name() + " has no layer '" + name + "' to profile"};
  return *node;
}

}  // namespace

ProfileBatches::ProfileBatches(Trainer::State& state) {
  const auto images = static_cast<std::int64_t>(state.data.train.size());
  const std::int64_t batch = std::min(state.options.batch, images);
  const std::int64_t bytes = batch * state.module.network().input_shape().elements() * 4;
  const auto wanted =
      std::clamp(cold_bytes(state.device) / bytes + 1, kFewestBatches, kMostBatches);
  const std::int64_t count = std::clamp<std::int64_t>(images / batch, 1, wanted);
  std::vector<std::uint32_t> order(static_cast<std::size_t>(count * batch));
  std::iota(order.begin(), order.end(), 0U);
  state.source.start(state.data.train, std::move(order));
  const auto memory = [&](const at::Tensor& tensor) {
    return at::empty(tensor.sizes(), tensor.options().pinned_memory(asynchronous(state.device)));
  };
  while (const auto loaded = state.source.next()) {
    Batch each{memory(loaded->images), memory(loaded->labels), {}, {}};
    each.host_images.copy_(loaded->images);
    each.host_labels.copy_(loaded->labels);
    each.images = on_device(state, each.host_images, true);
    each.labels = on_device(state, each.host_labels, false);
    all.push_back(std::move(each));
    state.source.launched(*loaded);
  }
  state.source.finish();
}

std::int64_t cold_bytes(at::Device device) { return 2 * cache_bytes(device); }

void backward_of(Trainer::State& state, const at::Tensor& logits, const at::Tensor& labels) {
  at::Tensor loss;
  {
    const AutocastScope autocast{state.options.precision, state.device};
    loss = at::cross_entropy_loss(logits, labels);
  }
  (state.scaler ? state.scaler->scaled(loss) : loss).backward();
}

std::vector<LayerTensors> capture(Trainer::State& state, const ProfileBatches& batches,
                                  const std::vector<std::size_t>& nodes) {
  LayerCapture watched{state.module.network(), nodes};
  const auto& batch = batches.all.front();
  watched.set_input(batch.images);
  at::Tensor logits;
  {
    const AutocastScope autocast{state.options.precision, state.device};
    logits = state.module.forward(batch.images, true, &watched);
  }
  backward_of(state, logits, batch.labels);
  state.optimizer.clear_gradients();
  std::vector<LayerTensors> all;
  for (const auto node : nodes) all.push_back(watched.take(node));
  return all;
}

DesignStep::DesignStep(Trainer::State& state, const ProfileBatches& batches,
                       const StepDesign& design)
    : state_{state}, batches_{batches}, design_{design} {
  const Network& network = state.module.network();
  if (!design.until.empty()) last_ = node_of(network, design.until);
  if (design.layer.empty()) return;
  std::vector<std::size_t> nodes;
  for (const auto& name : names_in(design.layer)) nodes.push_back(node_of(network, name));
  auto tensors = capture(state, batches, nodes);
  const AutocastScope autocast{state.options.precision, state.device};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    repeated_.emplace_back(state.module.operation(nodes[i]), std::move(tensors[i]),
                           cold_bytes(state.device) / static_cast<std::int64_t>(nodes.size()));
    if (design.pass == Pass::backward) repeated_.back().prepare_backward();
  }
}

void DesignStep::run() {
  const auto& batch = batches_.all[turn_];
  turn_ = (turn_ + 1) % batches_.all.size();
  at::Tensor images = batch.images;
  at::Tensor labels = batch.labels;
  if (design_.copy) {
    images = on_device(state_, batch.host_images, true);
    labels = on_device(state_, batch.host_labels, false);
  }
  if (!design_.until.empty()) {
    forward_until(images);
    return;
  }
  const at::Tensor logits = forward(images);
  if (design_.pass == Pass::forward) repeat(Pass::forward);
  if (!design_.backward) return;
  backward_of(state_, logits, labels);
  if (design_.pass == Pass::backward) repeat(Pass::backward);
  if (design_.optimizer) update();
  if (design_.copy_again || design_.optimizer_again) repeat_phases();
  state_.optimizer.clear_gradients();
}

at::Tensor DesignStep::forward(const at::Tensor& images) const {
  const AutocastScope autocast{state_.options.precision, state_.device};
  return state_.module.forward(images, true);
}

void DesignStep::forward_until(const at::Tensor& images) const {
  const AutocastScope autocast{state_.options.precision, state_.device};
  const Network& network = state_.module.network();
  std::vector<at::Tensor> values(network.size());
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i <= last_; ++i) {
    if (!state_.module.operation(i)) {
      values[i] = images;
      continue;
    }
    inputs.clear();
    for (const auto from : network[i].inputs) inputs.push_back(values[from]);
    values[i] = state_.module.operation(i)(inputs, true);
  }
}

void DesignStep::repeat(Pass pass) {
  const AutocastScope autocast{state_.options.precision, state_.device};
  if (pass == Pass::backward) {
    for (auto& layer : repeated_) layer.renew();
  }
  for (std::int32_t i = 0; i < design_.repetitions; ++i) {
    for (auto& layer : repeated_) {
      if (pass == Pass::forward) {
        layer.forward();
      } else if (layer.has_backward()) {
        layer.backward();
      }
    }
  }
}

void DesignStep::repeat_phases() {
  for (std::int32_t i = 0; i < design_.repetitions; ++i) {
    if (design_.copy_again) {
      const auto& batch = batches_.all[(turn_ + static_cast<std::size_t>(i)) % batches_.all.size()];
      on_device(state_, batch.host_images, true);
      on_device(state_, batch.host_labels, false);
    }
    if (design_.optimizer_again) update(true);
  }
}

// Graphs of repeated layers outlive the step, and its weights are the same ones with the same
// numbers: PyTorch, which counts what changes in place, is told so.
void DesignStep::update(bool again) const {
  if (state_.scaler && !state_.scaler->unscale(state_.optimizer.gradients(), again)) return;
  const auto& weights = state_.optimizer.parameters();
  std::vector<std::int64_t> versions;
  for (const auto& weight : weights) versions.push_back(weight._version());
  state_.optimizer.step(0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    c10::VariableVersion shared = weights[i].unsafeGetTensorImpl()->version_counter();
    shared.set_version(versions[i]);
  }
}

}  // namespace erg
