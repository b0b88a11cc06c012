// SPDX-License-Identifier: Apache-2.0
// How long a step and its layers take: what a profile is planned from.
#include <algorithm>

#include "compute_device.h"
#include "profile_loop.h"

namespace erg {
namespace {

constexpr int kSteps = 10;
constexpr int kLaunches = 3;           // whose host time is looked at: no queue is full then
constexpr std::size_t kCaptured = 16;  // layers whose tensors are held at once
constexpr int kCalls = 10;
constexpr int kBacklog = 2;  // forwards that keep a device busy while calls are launched
// On a CPU, calls of one layer are timed for this long.
constexpr Seconds kCpuCalls{0.02};

c10::Event timed_event(at::Device device) {
  c10::Event event{device.type(), c10::EventFlag::BACKEND_DEFAULT};
  event.record(current_stream(device));
  return event;
}

}  // namespace

StepTimes ProfileLoop::timed() {
  StepTimes times;
  const StepDesign design{"step", true, true, true, "", Pass::none, 0, ""};
  DesignStep step{state_, batches_, design};
  step.run();
  synchronize(state_.device);
  const Timestamp begin = clock_.now();
  if (!asynchronous(state_.device)) {
    int steps = 0;
    for (; steps == 0 || (steps < kSteps && Seconds{clock_.now() - begin} < Seconds{2}); ++steps) {
      step.run();
    }
    times.device = Seconds{clock_.now() - begin} / steps;
  } else {
    const c10::Event first = timed_event(state_.device);
    for (int i = 0; i < kSteps; ++i) {
      step.run();
      if (i + 1 == kLaunches) times.host = Seconds{clock_.now() - begin} / kLaunches;
    }
    c10::Event last = timed_event(state_.device);
    last.synchronize();
    times.device = std::chrono::duration<double, std::milli>{first.elapsedTime(last)} / kSteps;
  }
  if (profile_.layers) time_layers(times);
  return times;
}

void ProfileLoop::time_layers(StepTimes& times) {
  const Network& network = state_.module.network();
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < network.size(); ++i) {
    if (!std::holds_alternative<Input>(network[i].layer) && !is_view(network[i].layer)) {
      nodes.push_back(i);
    }
  }
  for (std::size_t i = 0; i < nodes.size() && !stop_.stop_requested(); i += kCaptured) {
    const std::size_t end = std::min(i + kCaptured, nodes.size());
    const std::vector<std::size_t> some(nodes.begin() + static_cast<std::ptrdiff_t>(i),
                                        nodes.begin() + static_cast<std::ptrdiff_t>(end));
    auto tensors = capture(state_, batches_, some);
    for (std::size_t j = 0; j < some.size(); ++j) {
      times.layers.push_back(time_layer(some[j], std::move(tensors[j])));
    }
  }
}

LayerTime ProfileLoop::time_layer(std::size_t node, LayerTensors tensors) {
  LayerTime time;
  time.name = state_.module.network()[node].name;
  time.kind = kind(state_.module.network()[node].layer);
  const AutocastScope autocast{state_.options.precision, state_.device};
  CapturedLayer layer{state_.module.operation(node), std::move(tensors), cold_bytes(state_.device)};
  std::tie(time.forward, time.forward_host) = time_calls([&] { layer.forward(); });
  if (layer.has_backward()) {
    layer.prepare_backward();
    std::tie(time.backward, time.backward_host) = time_calls([&] { layer.backward(); });
  }
  return time;
}

template <class Call>
std::pair<Seconds, Seconds> ProfileLoop::time_calls(Call call) {
  for (int i = 0; i < 2; ++i) call();
  if (!asynchronous(state_.device)) {
    const Timestamp begin = clock_.now();
    int calls = 0;
    for (; calls == 0 || (calls < kCalls && Seconds{clock_.now() - begin} < kCpuCalls); ++calls) {
      call();
    }
    return {Seconds{clock_.now() - begin} / calls, Seconds{0}};
  }
  synchronize(state_.device);
  {
    const at::NoGradGuard no_gradients;
    for (int i = 0; i < kBacklog; ++i) state_.module.forward(batches_.all.front().images, true);
  }
  const c10::Event first = timed_event(state_.device);
  const Timestamp begin = clock_.now();
  for (int i = 0; i < kCalls; ++i) call();
  const Seconds host = Seconds{clock_.now() - begin} / kCalls;
  c10::Event last = timed_event(state_.device);
  last.synchronize();
  const Seconds device =
      std::chrono::duration<double, std::milli>{first.elapsedTime(last)} / kCalls;
  return {device, host};
}

}  // namespace erg
