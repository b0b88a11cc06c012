// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "convert.h"
#include "erg/onnx.h"
#include "graph.h"
#include "model.h"
#include "proto_reader.h"
#include "repair.h"
#include "step.h"

namespace erg {
namespace {

constexpr std::int64_t kOldestOpset = 11;
constexpr std::int64_t kNewestOpset = 20;

onnx::Model parsed(std::string_view bytes, const std::string& name, const ReadOptions& options) {
  try {
    onnx::Model model = onnx::parse_model(bytes);
    onnx::repair(model, onnx::Payloads{options.folder});
    return model;
  } catch (const onnx::Damaged& error) {
    throw NetworkError{name + ": " + error.what()};
  }
}

// Later ones may have changed what an operator means.
std::string note_on_opset(const onnx::Model& model) {
  if (model.opset <= kNewestOpset) return {};
  return " (opset " + std::to_string(model.opset) + "; 11 to 20 are tested)";
}

// Whether the file's own shapes have a batch first.
bool has_batch(const onnx::Model& model, const std::string& name, ReadOptions options) {
  options.input.reset();
  options.inputs.clear();
  try {
    onnx::convert(model, name, options, onnx::Batching::first_axis);
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

// Perhaps the first axis is no batch: the model was exported for one example. Else what went wrong
// at first is to be said.
Network without_batch(const onnx::Model& model, const std::string& name, const ReadOptions& options,
                      const std::string& otherwise) {
  try {
    return onnx::convert(model, name, options, onnx::Batching::none);
  } catch (const std::exception&) {
    throw NetworkError{otherwise + note_on_opset(model)};
  }
}

// With a batch first, or without one where the model cannot have it.
Network converted(const onnx::Model& model, const std::string& name, const ReadOptions& options) {
  try {
    return onnx::convert(model, name, options, onnx::Batching::first_axis);
  } catch (const onnx::AcrossBatch& error) {
    return without_batch(model, name, options, error.what());
  } catch (const onnx::OtherInput& error) {
    const bool asked = options.input || !options.inputs.empty();
    if (asked && has_batch(model, name, options)) throw NetworkError{error.what()};
    return without_batch(model, name, options, error.what());
  } catch (const NetworkError& error) {
    throw NetworkError{error.what() + note_on_opset(model)};
  }
}

// A tensor that stands for itself under a name that an exporter made up. Rows that are but laid out
// for channels are common.
bool is_unclaimed(const Node& node) {
  const auto* parameter = std::get_if<Parameter>(&node.layer);
  if (!parameter || !onnx::is_generated(node.name)) return false;
  const auto& dims = parameter->shape.dims;
  return std::count_if(dims.begin(), dims.end(), [](auto extent) { return extent > 1; }) > 1;
}

// What the counts may miss, or have too much.
void warn_of_parameters(const onnx::Model& model, const Network& network, const std::string& name,
                        std::vector<std::string>& warnings) {
  if (const auto lost = onnx::lost_parameters(model); !lost.empty()) {
    warnings.push_back(
        name + ": the exporter noted " + std::to_string(lost.size()) +
        (lost.size() == 1 ? " parameter" : " parameters") +
        " that no operation of the file takes, as '" + lost.front() +
        "': unused, merged with equal ones, or folded and counted as what it became");
  }
  if (!model.parameters.empty()) return;
  std::size_t unclaimed = 0;
  std::string first;
  for (const auto& node : network.nodes()) {
    if (!is_unclaimed(node)) continue;
    if (unclaimed++ == 0) {
      first = "'" + node.name + "' of " + to_string(std::get<Parameter>(node.layer).shape);
    }
  }
  if (unclaimed == 0) return;
  warnings.push_back(
      name + ": " + first +
      (unclaimed > 1 ? " and " + std::to_string(unclaimed - 1) + " more are" : " is") +
      " counted as learned, though no parameter has that name: computed from others, or fixed?");
}

}  // namespace

Network network_from_onnx(std::string_view bytes, const std::string& name,
                          const ReadOptions& options) {
  const onnx::Model model = parsed(bytes, name, options);
  if (model.opset == 0) {
    throw NetworkError{name + ": names no opset: its opset_import is missing, or it is cut short"};
  }
  if (model.opset < kOldestOpset) {
    throw NetworkError{name + ": opset " + std::to_string(model.opset) +
                       ", wanted 11 or later; export it again"};
  }
  if (model.opset > kNewestOpset && options.warnings) {
    options.warnings->push_back(name + ": opset " + std::to_string(model.opset) +
                                " is newer than those tested, 11 to 20: check the counts");
  }
  Network network = converted(model, name, options);
  if (options.warnings) warn_of_parameters(model, network, name, *options.warnings);
  return network;
}

}  // namespace erg
