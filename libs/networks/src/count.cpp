// SPDX-License-Identifier: Apache-2.0
#include "erg/count.h"

#include <array>
#include <string>
#include <utility>

#include "costs.h"
#include "structure.h"
#include "training_memory.h"

namespace erg {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 62;

constexpr std::array kFields{
    &Counts::macs,       &Counts::attention_macs,  &Counts::operations,
    &Counts::parameters, &Counts::weight_bytes,    &Counts::activations,
    &Counts::bytes_read, &Counts::bytes_written,   &Counts::backward_macs,
    &Counts::kept_bytes, &Counts::forward_kernels, &Counts::backward_kernels,
};

void add(Counts& total, const Counts& layer) {
  for (const auto field : kFields) {
    if (layer.*field > kMost || total.*field > kMost - layer.*field) {
      throw std::overflow_error{"too much to count"};
    }
  }
  total += layer;
}

std::uint64_t trainable(const std::vector<Tensor>& tensors) {
  std::uint64_t sum = 0;
  for (const auto& tensor : tensors) {
    if (tensor.trainable) sum += static_cast<std::uint64_t>(tensor.shape.elements());
  }
  return sum;
}

// The nodes with what their surroundings make of them.
struct Placement {
  std::vector<Placed> placed;
  std::vector<bool> learns;  // whether the output of a node has a gradient
};

// Notes what of a layer learns; returns whether anything does.
bool note_learning(const std::vector<Tensor>& tensors, Placed& at) {
  bool any = false;
  for (const auto& tensor : tensors) {
    if (!tensor.trainable) continue;
    any = true;
    at.weight_learns |= tensor.name == "weight" || tensor.name == "in_proj_weight";
    at.bias_learns |= tensor.name == "bias";
    at.inside_learns |= tensor.name.starts_with("in_proj");
    at.last_learns |= tensor.name == "out_proj.weight";
  }
  return any;
}

Placement place(const Network& network, std::span<const Shape> shapes, std::int64_t batch) {
  Placement all;
  std::vector<bool> batched;
  for (std::size_t i = 0; i < network.size(); ++i) {
    const Node& node = network[i];
    Placed at{node.layer,
              {},
              shapes[i],
              1,
              {},
              {},
              trainable(network.own_tensors(i)),
              trainable(tensors(node.layer))};
    bool learns = note_learning(network.tensors(i), at);
    bool depends = std::holds_alternative<Input>(node.layer);
    for (const auto input : node.inputs) {
      at.inputs.push_back(shapes[input]);
      at.input_batched.push_back(batched[input]);
      at.input_gradient.push_back(all.learns[input]);
      depends = depends || batched[input];
      learns = learns || all.learns[input];
    }
    at.batch = depends ? batch : 1;
    batched.push_back(depends);
    all.learns.push_back(learns);
    all.placed.push_back(std::move(at));
  }
  return all;
}

Counts counts_of(const Placed& at, bool learns, std::uint64_t bytes) {
  Counts counts;
  const Products made = products(at);
  const Traffic moved = traffic(at);
  const Kernels launched = kernels(at);
  counts.macs = made.weights + made.attention;
  counts.attention_macs = made.attention;
  counts.operations = counts.macs + other_operations(at);
  counts.parameters = at.parameters;
  counts.weight_bytes = at.parameters * bytes;
  counts.activations = is_view(at.layer) || at.inputs.empty() ? 0 : numbers(at.output, at.batch);
  counts.bytes_read = moved.read * bytes + (at.inputs.empty() ? 0 : at.weights * bytes);
  counts.bytes_written = moved.written * bytes;
  counts.backward_macs = learns ? backward_macs(at, made) : 0;
  counts.forward_kernels = launched.forward;
  counts.backward_kernels = learns ? launched.backward : 0;
  return counts;
}

// Gradients of a tensor with several readers are added up by kernels of their own.
std::vector<std::uint64_t> gradient_additions(const Network& network,
                                              const std::vector<bool>& learns) {
  std::vector<std::uint64_t> readers(network.size(), 0);
  for (const auto& node : network.nodes()) {
    for (const auto input : node.inputs) ++readers[input];
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    readers[i] = learns[i] && readers[i] > 1 && !network[i].inputs.empty() ? readers[i] - 1 : 0;
  }
  return readers;
}

struct OptimizerCost {
  std::string_view name;
  Optimizer optimizer;
  std::uint64_t moved;  // numbers read and written for each parameter
  std::uint64_t state;  // numbers kept for each
};

constexpr std::array kOptimizers{
    OptimizerCost{"sgd", Optimizer::sgd, 3, 0},
    OptimizerCost{"momentum", Optimizer::momentum, 5, 1},
    OptimizerCost{"adam", Optimizer::adam, 7, 2},
};

void count_into(Complexity& result, const Network& network, std::span<const Shape> shapes,
                const CountOptions& options) {
  const auto bytes = static_cast<std::uint64_t>(options.bytes_per_number);
  const auto [placed, learns] = place(network, shapes, options.batch);
  const auto memory = training_memory(network, placed, learns, options.bytes_per_number);
  const auto additions = gradient_additions(network, learns);
  for (std::size_t i = 0; i < network.size(); ++i) {
    Counts counts = counts_of(placed[i], learns[i], bytes);
    counts.kept_bytes = memory.kept[i];
    counts.backward_kernels += additions[i];
    add(result.total, counts);
    const Node& node = network[i];
    result.layers.push_back({node.name, std::string{kind(node.layer)}, shapes[i], counts});
  }
  result.structure = structure_of(network);
  result.peak_training_bytes = memory.peak;
  for (const auto& optimizer : kOptimizers) {
    if (optimizer.optimizer != options.optimizer) continue;
    result.optimizer = optimizer.name;
    result.optimizer_bytes = result.total.weight_bytes * optimizer.moved;
    result.optimizer_state_bytes = result.total.weight_bytes * optimizer.state;
  }
}

}  // namespace

Complexity count(const Network& network, const CountOptions& options) {
  if (options.batch < 1 || options.bytes_per_number < 1 || options.bytes_per_number > 16) {
    throw NetworkError{"network '" + network.name() +
                       "': wanted a batch of 1 or more and 1 to 16 bytes a number"};
  }
  std::vector<Shape> others;
  if (!options.inputs.empty()) others = network.shapes(options.inputs);
  const std::span<const Shape> shapes = options.inputs.empty() ? network.shapes() : others;
  Complexity result;
  result.network = network.name();
  result.batch = options.batch;
  result.bytes_per_number = options.bytes_per_number;
  for (const auto input : network.inputs()) result.inputs.push_back(shapes[input]);
  try {
    count_into(result, network, shapes, options);
  } catch (const std::overflow_error& error) {
    throw NetworkError{"network '" + network.name() + "': " + error.what()};
  }
  return result;
}

std::string_view to_string(Optimizer optimizer) {
  for (const auto& entry : kOptimizers) {
    if (entry.optimizer == optimizer) return entry.name;
  }
  return "";
}

std::optional<Optimizer> optimizer_from(std::string_view word) {
  for (const auto& entry : kOptimizers) {
    if (entry.name == word) return entry.optimizer;
  }
  return std::nullopt;
}

}  // namespace erg
