// SPDX-License-Identifier: Apache-2.0
#include "erg/complexity_text.h"

#include <fmt/format.h>

#include "erg/numbers.h"

namespace erg {
namespace {

using Align = TextTable::Align;

// Digits in groups of three: counts are exact.
std::string grouped(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string shapes(const std::vector<Shape>& inputs) {
  std::string text;
  for (const auto& shape : inputs) {
    if (!text.empty()) text += ", ";
    text += to_string(shape);
  }
  return text;
}

std::string layers_text(const Complexity& complexity, TextStyle style) {
  TextTable table{{{"layer"},
                   {"kind"},
                   {"output"},
                   {"MACs", Align::right},
                   {"parameters", Align::right},
                   {"activations", Align::right},
                   {"bytes moved", Align::right},
                   {"backward MACs", Align::right}}};
  for (const auto& layer : complexity.layers) {
    const Counts& counts = layer.counts;
    table.add({layer.name, layer.kind, to_string(layer.output), grouped(counts.macs),
               grouped(counts.parameters), grouped(counts.activations),
               grouped(counts.bytes_read + counts.bytes_written), grouped(counts.backward_macs)});
  }
  return table.text(style);
}

}  // namespace

std::string network_list_text(std::span<const Complexity> networks, TextStyle style) {
  TextTable table{{{"network"},
                   {"input"},
                   {"MACs", Align::right},
                   {"parameters", Align::right},
                   {"layers", Align::right},
                   {"depth", Align::right}}};
  for (const auto& network : networks) {
    table.add({network.network, shapes(network.inputs), grouped(network.total.macs),
               grouped(network.total.parameters), std::to_string(network.structure.layers),
               std::to_string(network.structure.depth)});
  }
  return table.text(style);
}

std::string complexity_text(const Complexity& complexity, bool by_layer, TextStyle style) {
  const Counts& total = complexity.total;
  TextTable table{{{"count"}, {"value", Align::right}, {"what is counted"}}};
  const auto add = [&](std::string name, std::uint64_t value, std::string_view convention) {
    table.add({std::move(name), grouped(value), std::string{convention}});
  };
  add("MACs", total.macs, convention::kMacs);
  if (total.attention_macs > 0) add("  of attention", total.attention_macs, "its two products");
  add("operations", total.operations, convention::kOperations);
  add("parameters", total.parameters, convention::kParameters);
  add("weight bytes", total.weight_bytes, convention::kWeightBytes);
  add("activations", total.activations, convention::kActivations);
  add("bytes read", total.bytes_read, convention::kBytes);
  add("bytes written", total.bytes_written, convention::kBytes);
  table.add(
      {"intensity", number(total.arithmetic_intensity()), std::string{convention::kIntensity}});
  add("backward MACs", total.backward_macs, convention::kBackwardMacs);
  add("peak memory", complexity.peak_training_bytes, convention::kPeakMemory);
  add("optimizer bytes", complexity.optimizer_bytes, convention::kOptimizer);
  add("kernels", total.forward_kernels + total.backward_kernels, convention::kKernels);

  const Structure& graph = complexity.structure;
  std::string text =
      fmt::format("{}, input {}, batch {}, {} bytes a number\n\n", complexity.network,
                  shapes(complexity.inputs), complexity.batch, complexity.bytes_per_number);
  text += table.text(style);
  text += fmt::format(
      "\n{} layers, {} of them weighted; depth {}; {} branches; {} residual additions; {} "
      "concatenations\n",
      graph.layers, graph.weighted_layers, graph.depth, graph.branches, graph.residual_additions,
      graph.concatenations);
  if (by_layer) text += "\n" + layers_text(complexity, style);
  return text;
}

}  // namespace erg
