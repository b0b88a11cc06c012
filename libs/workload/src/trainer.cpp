// SPDX-License-Identifier: Apache-2.0
#include "erg/trainer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include "compute_device.h"
#include "profile_loop.h"
#include "training_loop.h"
#include "training_state.h"

namespace erg {
namespace {

// The network as it is to be trained: its own weights' start, or the one asked for.
Network wanted_network(const Network& network, const TrainingOptions& options) {
  if (!options.initialization) return network;
  return Network{network.name(),
                 {network.nodes().begin(), network.nodes().end()},
                 network.output(),
                 *options.initialization};
}

std::size_t loader_threads(const TrainingOptions& options, at::Device device) {
  if (options.loader_threads > 0) return static_cast<std::size_t>(options.loader_threads);
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  // On a GPU one core launches; on a CPU the cores have better to do than to wait for images.
  return asynchronous(device) ? std::clamp<std::size_t>(cores - 1, 1, 16)
                              : std::max<std::size_t>(cores / 4, 1);
}

void check_fit(const Network& network, const DataSet& data) {
  const Shape& input = network.input_shape();
  const auto& first = std::get<Input>(network[network.inputs().front()].layer);
  if (network.inputs().size() != 1 || first.vocabulary != 0 || input.rank() != 3) {
    throw TrainingError{network.name() + " takes no image of channels x height x width, but " +
                        (first.vocabulary != 0 ? "tokens" : to_string(input)) +
                        ": there is no data set for it"};
  }
  if (input[0] != data.train.shape[0]) {
    throw TrainingError{network.name() + " takes images of " + std::to_string(input[0]) +
                        " channels, those of " + data.name + " have " +
                        std::to_string(data.train.shape[0])};
  }
  if (network.output_shape() != Shape{data.classes}) {
    throw TrainingError{network.name() + " gives " + to_string(network.output_shape()) +
                        " outputs, " + data.name + " has " + std::to_string(data.classes) +
                        " classes"};
  }
}

void check_options(const TrainingOptions& options) {
  if (options.batch < 1) throw TrainingError{"a batch holds at least 1 image"};
  if (options.epochs < 1) throw TrainingError{"a training has at least 1 epoch"};
  if (options.max_steps && *options.max_steps < 1) {
    throw TrainingError{"a training has at least 1 step"};
  }
}

// The first line says what happened; PyTorch's own stack means nothing to a user. Of a CPU's memory
// PyTorch has no exception of its own.
TrainingError told(const c10::Error& error, const std::string& network,
                   const TrainingOptions& options) {
  const std::string text = error.what_without_backtrace();
  const bool memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                      text.find("can't allocate memory") != std::string::npos;
  if (memory) {
    return TrainingError{options.device + " has not enough memory for " + network +
                         " with a batch of " + std::to_string(options.batch) +
                         ": choose a smaller one"};
  }
  return TrainingError{network + " on " + options.device + ": " + text.substr(0, text.find('\n'))};
}

}  // namespace

Trainer::State::State(const Network& network, const DataSet& data_set,
                      const TrainingOptions& wanted, at::Device where, Collective* ranks)
    : data{data_set},
      options{wanted},
      device{where},
      module{wanted_network(network, wanted), where, wanted.seed},
      optimizer{module.parameters(), wanted.optimizer},
      average{ranks, where},
      source{data_set.train.shape, network.input_shape(), wanted.batch, where,
             loader_threads(wanted, where)},
      meter{where} {
  if (options.precision == Precision::fp16) scaler.emplace(device);
  if (!options.channels_last) return;
  const at::NoGradGuard no_gradients;
  for (const auto& [name, tensor, trainable] : module.tensors()) {
    if (tensor.dim() == 4) tensor.set_data(tensor.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

std::int64_t Trainer::State::steps_per_epoch() const {
  const auto images = static_cast<std::int64_t>(data.train.size());
  return (images + batch_of_all() - 1) / batch_of_all();
}

std::int64_t Trainer::State::batch_of_all() const {
  return options.batch * (average.needed() ? average.ranks().size() : 1);
}

std::int64_t Trainer::State::planned_steps() const {
  const std::int64_t all = steps_per_epoch() * options.epochs;
  return options.max_steps ? std::min(all, *options.max_steps) : all;
}

std::string Trainer::State::agreement() const {
  const auto& sgd = options.optimizer;
  std::ostringstream text;
  text << "network " << module.network().name() << ", data " << data.name << ' '
       << data.fingerprint() << ", batch " << options.batch << ", epochs " << options.epochs
       << ", max steps " << options.max_steps.value_or(0) << ", " << to_string(sgd.kind) << ' '
       << sgd.learning_rate << ' ' << sgd.momentum << ' ' << sgd.weight_decay << ", precision "
       << to_string(options.precision) << ", seed " << options.seed << ", tests "
       << options.evaluate << ' ' << options.until_accuracy.value_or(0) << ", step " << step;
  return text.str();
}

void Trainer::State::agree() {
  if (!average.needed()) return;
  const auto all = gather(average.ranks(), agreement());
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] == all[0]) continue;
    throw TrainingError{"rank " + std::to_string(rank) +
                        " does another training than rank 0: " + all[rank] + "; rank 0: " + all[0]};
  }
  std::vector<at::Tensor> tensors;
  for (const auto& each : module.tensors()) tensors.push_back(each.tensor);
  for (const auto& each : optimizer.state()) tensors.push_back(each.second);
  average.spread(tensors);
}

Trainer::Trainer(const Network& network, const DataSet& data, const TrainingOptions& options,
                 Collective* ranks) {
  check_options(options);
  check_fit(network, data);
  const at::Device device = compute_device(options.device);
  use_precision(options.precision, device);
  if (asynchronous(device)) c10::impl::VirtualGuardImpl{device.type()}.setDevice(device);
  if (options.threads > 0) at::set_num_threads(static_cast<int>(options.threads));
  try {
    state_ = std::make_unique<State>(network, data, options, device, ranks);
    reset_peak_memory(device);
  } catch (const c10::Error& error) {
    throw told(error, network.name(), options);
  }
}

Trainer::~Trainer() = default;

Workload Trainer::workload() const {
  const auto& options = state_->options;
  Workload workload;
  workload.network = state_->module.network().name();
  workload.data = state_->data.name;
  workload.input = to_string(state_->module.network().input_shape());
  workload.batch = options.batch;
  workload.epochs = options.epochs;
  workload.steps_per_epoch = state_->steps_per_epoch();
  workload.precision = to_string(options.precision);
  workload.instrumentation = to_string(options.instrumentation);
  workload.seed = options.seed;
  return workload;
}

std::optional<std::string> Trainer::gpu_uuid() const { return cuda_uuid(state_->device); }

template <class Body>
auto Trainer::guarded(Body body) {
  try {
    return body();
  } catch (const c10::Error& error) {
    throw told(error, state_->module.network().name(), state_->options);
  }
}

namespace {

// Ranks that dropped the same units would learn from fewer of them. A checkpoint has the state of
// rank 0.
void seed_dropout(const Trainer::State& state) {
  const auto& options = state.options;
  const int rank = state.average.needed() ? state.average.ranks().rank() : 0;
  if (rank > 0) {
    const auto apart = static_cast<std::uint64_t>(rank) * 0x9e3779b97f4a7c15u;
    at::manual_seed((options.seed ^ apart) + static_cast<std::uint64_t>(state.step));
    return;
  }
  at::manual_seed(options.seed);
  if (!state.random.defined()) return;
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
  generator.set_state(state.random);
}

}  // namespace

TrainingOutcome Trainer::train(SpanLog* log, const TrainingListener& listener, std::stop_token stop,
                               std::uint16_t span_device) {
  seed_dropout(*state_);
  return guarded([&] {
    state_->agree();
    return TrainingLoop{*state_, log, listener, std::move(stop), span_device}.run();
  });
}

TrainingOutcome Trainer::evaluate(std::int64_t rounds, SpanLog* log,
                                  const TrainingListener& listener, std::stop_token stop,
                                  std::uint16_t span_device) {
  return guarded([&] {
    state_->agree();
    return TrainingLoop{*state_, log, listener, std::move(stop), span_device}.run_evaluation(
        rounds);
  });
}

bool Trainer::profile(const StepProfile& profile, SpanLog* log, std::stop_token stop) {
  return guarded([&] {
    ProfileLoop{*state_, profile, log, stop}.run();
    return !stop.stop_requested();
  });
}

std::map<std::string, std::string> workload_versions() { return torch_versions(); }

}  // namespace erg
