// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include <utility>

namespace erg::onnx {

std::size_t Graph::add(Layer layer, std::vector<std::size_t> inputs, std::string_view name) {
  std::vector<Shape> shapes;
  for (const auto input : inputs) shapes.push_back(shapes_[input]);
  shapes_.push_back(output_shape(layer, shapes));
  std::string own = unique(name.empty() ? kind(layer) : name);
  nodes_.push_back({std::move(own), std::move(layer), std::move(inputs)});
  return nodes_.size() - 1;
}

std::string Graph::unique(std::string_view name) {
  std::string own{name};
  if (names_.insert(own).second) return own;
  int& last = counters_[own];  // so that many of one name do not cost their square
  do {
    own = std::string{name} + "_" + std::to_string(last + 2);
    ++last;
  } while (!names_.insert(own).second);
  return own;
}

void Graph::rename(std::size_t node, std::string_view name) {
  if (name.empty() || nodes_[node].name == name) return;
  names_.erase(nodes_[node].name);
  nodes_[node].name = unique(name);
}

Value Graph::value(std::size_t node, std::optional<std::size_t> batch_axis, Merge merged) const {
  Value value;
  value.dims = shapes_[node].dims;
  value.node = node;
  value.batch = batch_axis;
  value.merged = batch_axis ? merged : kAlone;
  if (!batch_axis) return value;
  if (merged) {
    auto& extent = value.dims[*batch_axis];
    if (__builtin_mul_overflow(extent, batch_, &extent)) throw LayerError{"too large"};
  } else {
    value.dims.insert(value.dims.begin() + static_cast<std::ptrdiff_t>(*batch_axis), batch_);
  }
  return value;
}

Value Graph::value_like(const Value& like, std::size_t node) const {
  return value(node, like.batch, like.merged);
}

std::size_t Graph::node_of(const Value& value, std::string_view name) {
  if (value.node) return *value.node;
  const Shape shape{value.dims};
  if (value.weight.empty()) return add(Constant{shape}, {}, std::string{name} + ".constant");
  const std::string key = value.weight + " " + to_string(shape);
  if (const auto known = weights_.find(key); known != weights_.end()) return known->second;
  const auto node = weight_node(value, shape);
  weights_.emplace(key, node);
  return node;
}

// The same numbers with other extents are the same weight.
std::size_t Graph::weight_node(const Value& value, const Shape& shape) {
  if (!value.learned) return add(Constant{shape}, {}, value.weight);
  const auto first = first_of_weight_.find(value.weight);
  if (first != first_of_weight_.end() && shape.rank() > 0 &&
      shape.elements() == shapes_[first->second].elements()) {
    return add(Reshape{shape.dims}, {first->second}, value.weight + ".reshaped");
  }
  const auto node = add(Parameter{shape}, {}, value.weight);
  first_of_weight_.emplace(value.weight, node);
  return node;
}

std::size_t Graph::aligned_node_of(const Value& value, std::size_t from_right,
                                   std::string_view name) {
  if (value.batch || value.dims.size() < from_right) return node_of(value, name);
  const std::size_t axis = value.dims.size() - from_right;
  const auto extent = value.dims[axis];
  if (extent != 1 && extent != batch_) throw AcrossBatch{"works across the batch"};
  if (value.node && extent != 1) {
    return add(Select{static_cast<std::int64_t>(axis), 0}, {*value.node},
               std::string{name} + ".first");
  }
  Value without = value;
  without.dims.erase(without.dims.begin() + static_cast<std::ptrdiff_t>(axis));
  if (!value.node) return node_of(without, name);
  return add(Reshape{without.dims}, {*value.node}, std::string{name} + ".align");
}

std::int64_t Graph::inner_axis(const Value& value, std::int64_t axis) const {
  const auto at = axis_in(axis, value.dims.size());
  if (!at) throw LayerError{"axis " + std::to_string(axis) + " of " + to_string(Shape{value.dims})};
  if (!value.batch || value.merged) return static_cast<std::int64_t>(*at);
  if (*at == *value.batch) throw AcrossBatch{"works across the batch"};
  return static_cast<std::int64_t>(*at > *value.batch ? *at - 1 : *at);
}

// The batch goes where as many numbers are before it as were. A batch of one fits many places: its
// own axis is best, then that of heads, which have an axis behind them; features never share one.
Graph::BatchPlace Graph::place_of_batch(const Value& value, const Dims& dims) const {
  const std::span<const std::int64_t> all{value.dims};
  const std::int64_t before = value.merged == kFast
                                  ? elements_of(all.first(*value.batch + 1)) / batch_
                                  : elements_of(all.first(*value.batch));
  std::optional<BatchPlace> own, slow, fast;
  std::int64_t product = 1;
  for (std::size_t i = 0; i < dims.size() && product <= before * batch_; ++i) {
    if (product == before && dims[i] == batch_ && (!own || i == *value.batch)) {
      own = BatchPlace{i, kAlone};
    }
    if (product == before && dims[i] % batch_ == 0) slow = BatchPlace{i, kSlow};
    if (__builtin_mul_overflow(product, dims[i], &product)) break;
    if (product == before * batch_ && dims[i] % batch_ == 0 && !fast) fast = BatchPlace{i, kFast};
  }
  if (own) return *own;
  if (slow && slow->axis + 1 < dims.size()) return *slow;
  if (fast) return *fast;
  if (slow) return *slow;
  throw AcrossBatch{"mixes the batch with other axes"};
}

Value Graph::reshaped_value(const Value& value, const Dims& dims, std::string_view name) {
  if (!value.node) {
    Value other = value;
    other.dims = dims;
    if (other.folded) other.folded->dims = dims;
    return other;
  }
  Dims inner = dims;
  BatchPlace place{0, kAlone};
  if (value.batch) {
    place = place_of_batch(value, dims);
    if (place.merged) {
      inner[place.axis] /= batch_;
    } else {
      inner.erase(inner.begin() + static_cast<std::ptrdiff_t>(place.axis));
    }
  }
  std::size_t node = *value.node;
  if (inner != shapes_[node].dims) {
    const bool flat = inner.size() == 1 && value.batch;
    node = flat ? add(Flatten{}, {node}, name) : add(Reshape{inner}, {node}, name);
  }
  return this->value(node, value.batch ? std::optional{place.axis} : std::nullopt, place.merged);
}

}  // namespace erg::onnx
