// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../asked_shapes.h"
#include "convert.h"
#include "model.h"

namespace erg::onnx {

// The inputs of a model: which axis of each is the batch, and the shape of one example.
class Inputs {
 public:
  // Throws NetworkError: for none, for shapes asked of others, for an absurd batch.
  Inputs(const Model& model, const std::string& name, const ReadOptions& options,
         Batching batching);

  // Without those that are weights, which old files list among them.
  const std::vector<const GraphInput*>& all() const { return inputs_; }

  // The axis of the batch: the one whose name says so where the first is fixed, else the first.
  std::optional<std::size_t> batch_axis(const GraphInput& input) const;

  // How many examples the file's own shapes have. A free batch is taken to be one example: then
  // every extent that was derived from it is, too.
  std::int64_t batch() const;

  // Of one example. To be called in their order: free extents of one name are equal. Throws
  // NetworkError, OtherInput.
  Shape shape(const GraphInput& input);

 private:
  std::optional<std::int64_t> free_extent(const GraphInput& input, std::size_t axis) const;
  Shape asked_shape(const GraphInput& input, std::optional<std::size_t> batch, Shape shape);

  std::string name_;  // of the file
  bool batched_;
  std::vector<const GraphInput*> inputs_;
  std::optional<AskedShapes> asked_;
  std::map<std::string, std::int64_t, std::less<>> bound_;  // what free extents turned out to be
};

}  // namespace erg::onnx
