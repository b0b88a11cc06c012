// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "erg/network.h"
#include "fold_shapes.h"
#include "folded.h"
#include "model.h"

namespace erg::onnx {

// Thrown where an operation mixes the examples of a batch, which a Network cannot say.
class AcrossBatch : public LayerError {
 public:
  using LayerError::LayerError;
};

// What of an axis the batch is: all of it, or, merged with a neighbour, the part that changes
// slowly (batch x heads) or fast (length x batch).
enum Merge : std::uint8_t { kAlone, kSlow, kFast };

// A tensor of the ONNX graph. It is on our graph (`node`), or known (`folded`), or a weight, or an
// unknown constant.
//
// ONNX tensors have the batch among their axes, and PyTorch moves it about and even merges it with
// its neighbour (batch x heads); our nodes are without it. `batch` says where it is.
struct Value {
  Dims dims;  // ONNX's, batch included
  std::optional<std::size_t> node;
  std::optional<std::size_t> batch;  // its axis; empty: the same for every example
  Merge merged = kAlone;
  std::optional<Folded> folded;
  std::string weight;    // what the parameter is called here; empty: none
  std::string source;    // the initializer that its numbers are
  bool learned = false;  // a weight that training changes, as far as the file tells
  bool is_nan = false;   // the outcome of IsNaN: where it is asked, it is taken to be false
};

// The Network being made, and the way between our axes and ONNX's.
class Graph {
 public:
  explicit Graph(std::int64_t batch) : batch_{batch} {}

  // Adds a node; the name is made unique. Throws LayerError for what does not fit.
  std::size_t add(Layer layer, std::vector<std::size_t> inputs, std::string_view name);

  void rename(std::size_t node, std::string_view name);

  const Shape& shape(std::size_t node) const { return shapes_[node]; }
  Node& operator[](std::size_t node) { return nodes_[node]; }
  std::int64_t batch() const { return batch_; }
  // Whether a weight of this name has become a node.
  bool is_node(const std::string& weight) const { return first_of_weight_.contains(weight); }
  std::vector<Node>& nodes() { return nodes_; }
  const std::vector<Shape>& shapes() const { return shapes_; }

  // The value that a node is, its batch on an axis (of the ONNX tensor).
  Value value(std::size_t node, std::optional<std::size_t> batch_axis, Merge merged = kAlone) const;
  // The same where the batch is where it is in `like`.
  Value value_like(const Value& like, std::size_t node) const;

  // The node of a value; a weight or constant becomes one, called `name` unless it has its own.
  std::size_t node_of(const Value& value, std::string_view name);
  // The same for a value that is combined with batched ones whose batch stands `from_right` axes
  // from the right (1: the last): without that axis.
  std::size_t aligned_node_of(const Value& value, std::size_t from_right, std::string_view name);

  // Our axis for ONNX's. Throws AcrossBatch, LayerError.
  std::int64_t inner_axis(const Value& value, std::int64_t axis) const;

  // A value with other ONNX extents, in the same order of numbers.
  Value reshaped_value(const Value& value, const Dims& dims, std::string_view name);

 private:
  std::string unique(std::string_view name);
  std::size_t weight_node(const Value& value, const Shape& shape);

  struct BatchPlace {
    std::size_t axis;
    Merge merged;
  };
  BatchPlace place_of_batch(const Value& value, const Dims& dims) const;

  std::int64_t batch_;
  std::vector<Node> nodes_;
  std::vector<Shape> shapes_;
  std::unordered_set<std::string> names_;
  std::unordered_map<std::string, int> counters_;
  std::map<std::string, std::size_t, std::less<>>
      weights_;  // nodes of weights, by name and extents
  std::map<std::string, std::size_t, std::less<>> first_of_weight_;
};

}  // namespace erg::onnx
