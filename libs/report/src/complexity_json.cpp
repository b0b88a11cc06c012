// SPDX-License-Identifier: Apache-2.0
#include "erg/json_forms.h"
#include "json.h"

namespace erg {
namespace {

Json counts_json(const Counts& counts) {
  Json json;
  json["macs"] = counts.macs;
  json["attention_macs"] = counts.attention_macs;
  json["operations"] = counts.operations;
  json["parameters"] = counts.parameters;
  json["weight_bytes"] = counts.weight_bytes;
  json["activations"] = counts.activations;
  json["bytes_read"] = counts.bytes_read;
  json["bytes_written"] = counts.bytes_written;
  json["arithmetic_intensity"] = finite(counts.arithmetic_intensity());
  json["backward_macs"] = counts.backward_macs;
  json["kept_bytes"] = counts.kept_bytes;
  json["forward_kernels"] = counts.forward_kernels;
  json["backward_kernels"] = counts.backward_kernels;
  return json;
}

Json conventions() {
  Json json;
  json["macs"] = convention::kMacs;
  json["operations"] = convention::kOperations;
  json["parameters"] = convention::kParameters;
  json["weight_bytes"] = convention::kWeightBytes;
  json["activations"] = convention::kActivations;
  json["bytes"] = convention::kBytes;
  json["arithmetic_intensity"] = convention::kIntensity;
  json["backward_macs"] = convention::kBackwardMacs;
  json["peak_training_bytes"] = convention::kPeakMemory;
  json["optimizer_bytes"] = convention::kOptimizer;
  json["kernels"] = convention::kKernels;
  return json;
}

}  // namespace

std::string network_list_json(std::span<const Complexity> networks) {
  Json list = Json::array();
  for (const auto& network : networks) {
    Json json;
    json["name"] = network.network;
    json["inputs"] = Json::array();
    for (const auto& shape : network.inputs) json["inputs"].push_back(shape.dims);
    json["macs"] = network.total.macs;
    json["parameters"] = network.total.parameters;
    json["layers"] = network.structure.layers;
    json["depth"] = network.structure.depth;
    list.push_back(std::move(json));
  }
  return dumped(list);
}

std::string complexity_json(const Complexity& complexity, bool by_layer,
                            std::span<const std::string> warnings) {
  Json json;
  json["network"] = complexity.network;
  json["inputs"] = Json::array();
  for (const auto& shape : complexity.inputs) json["inputs"].push_back(shape.dims);
  json["batch"] = complexity.batch;
  json["bytes_per_number"] = complexity.bytes_per_number;
  json["total"] = counts_json(complexity.total);
  json["structure"] = {{"layers", complexity.structure.layers},
                       {"weighted_layers", complexity.structure.weighted_layers},
                       {"depth", complexity.structure.depth},
                       {"branches", complexity.structure.branches},
                       {"residual_additions", complexity.structure.residual_additions},
                       {"concatenations", complexity.structure.concatenations}};
  json["peak_training_bytes"] = complexity.peak_training_bytes;
  json["optimizer"] = complexity.optimizer;
  json["optimizer_bytes"] = complexity.optimizer_bytes;
  json["optimizer_state_bytes"] = complexity.optimizer_state_bytes;
  if (by_layer) {
    json["layers"] = Json::array();
    for (const auto& layer : complexity.layers) {
      Json row;
      row["name"] = layer.name;
      row["kind"] = layer.kind;
      row["output"] = layer.output.dims;
      row.update(counts_json(layer.counts));
      json["layers"].push_back(std::move(row));
    }
  }
  json["warnings"] = Json::array();
  for (const auto& warning : warnings) json["warnings"].push_back(warning);
  json["conventions"] = conventions();
  return dumped(json);
}

}  // namespace erg
