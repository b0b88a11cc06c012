// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "convert.h"
#include "erg/onnx.h"
#include "graph.h"
#include "model.h"
#include "proto_reader.h"

namespace erg {
namespace {

constexpr std::int64_t kOldestOpset = 11;

onnx::Model parsed(std::string_view bytes, const std::string& name) {
  try {
    return onnx::parse_model(bytes);
  } catch (const onnx::Damaged& error) {
    throw NetworkError{name + ": " + error.what()};
  }
}

}  // namespace

Network network_from_onnx(std::string_view bytes, const std::string& name,
                          const ReadOptions& options) {
  const onnx::Model model = parsed(bytes, name);
  if (model.opset < kOldestOpset) {
    throw NetworkError{name + ": opset " + std::to_string(model.opset) +
                       ", wanted 11 or later; export it again"};
  }
  try {
    return onnx::convert(model, name, options, onnx::Batching::first_axis);
  } catch (const onnx::AcrossBatch& error) {
    // Perhaps the first axis is no batch: the model was exported for one example.
    try {
      return onnx::convert(model, name, options, onnx::Batching::none);
    } catch (const std::exception&) {
      throw NetworkError{error.what()};
    }
  }
}

}  // namespace erg
