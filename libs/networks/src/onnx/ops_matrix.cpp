// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

std::int64_t rank_of(const Value& value) { return static_cast<std::int64_t>(value.dims.size()); }

// A matrix of numbers that the file holds: what a linear layer learns.
bool is_matrix_weight(const Value& value) {
  return !value.node && !value.weight.empty() && value.dims.size() == 2;
}

void check_last_axis(const Value& input) {
  if (input.batch && *input.batch + 1 == input.dims.size()) {
    throw AcrossBatch{"works across the batch"};
  }
}

// The input times a weight {in, out}, or {out, in} when it is transposed.
Value linear(Step& step, const Value& input, const Value& weight, bool transposed,
             const Value* bias) {
  check_last_axis(input);
  const auto in = weight.dims[transposed ? 1 : 0];
  const auto out = weight.dims[transposed ? 0 : 1];
  const auto node = step.graph().node_of(input, step.name());
  const auto product = step.add_with_weight(Linear{in, out, bias != nullptr}, {node}, weight, bias);
  return step.graph().value_like(input, product);
}

// Of two tensors of which at least one depends on the data, or a weight that is no matrix.
void multiply_tensors(Step& step, const Value& a, const Value& b) {
  Graph& graph = step.graph();
  if (rank_of(a) < 2 || rank_of(b) < 2) step.unsupported("a product with a vector");
  std::size_t from_right = 0;
  Merge merged = kAlone;
  for (const auto* value : {&a, &b}) {
    if (!value->batch) continue;
    const auto own = value->dims.size() - *value->batch;
    if (own <= 2 || (from_right != 0 && (own != from_right || merged != value->merged))) {
      throw AcrossBatch{"works across the batch"};
    }
    from_right = own;
    merged = value->merged;
  }
  const auto node_of = [&](const Value& value) {
    return from_right == 0 || merged ? graph.node_of(value, step.name())
                                     : graph.aligned_node_of(value, from_right, step.name());
  };
  const auto node = step.add(MatMul{}, {node_of(a), node_of(b)});
  if (from_right == 0) return step.result(graph.value(node, std::nullopt));
  const auto rank = graph.shape(node).rank() + (merged ? 0 : 1);
  step.result(graph.value(node, rank - from_right, merged));
}

void matmul(Step& step) {
  const Value& a = step.needed(0);
  const Value& b = step.needed(1);
  if (is_matrix_weight(b) && a.node && !a.dims.empty()) {
    return step.result(linear(step, a, b, false, nullptr));
  }
  multiply_tensors(step, a, b);
}

// A x B + C, each matrix possibly transposed.
void gemm(Step& step) {
  const Value& a = step.needed(0);
  const Value& weight = step.needed(1);
  const Value* addend = step.input(2);
  if (!is_matrix_weight(weight) || !a.node || step.op().integer("transA", 0) != 0) {
    step.unsupported("a product that is no linear layer");
  }
  if (step.op().real("alpha", 1) != 1 || (addend && step.op().real("beta", 1) != 1)) {
    step.unsupported("a product with a factor");
  }
  const bool bias = addend && !addend->node && elements_of(addend->dims) > 1 &&
                    addend->dims.back() == elements_of(addend->dims);
  const bool small_bias = addend && !addend->node && elements_of(addend->dims) == 1;
  if (addend && !bias && !small_bias) step.unsupported("a sum with a tensor of the graph");
  const bool transposed = step.op().integer("transB", 0) != 0;
  if (bias && elements_of(addend->dims) != weight.dims[transposed ? 0 : 1]) {
    step.unsupported("a bias of " + std::to_string(elements_of(addend->dims)) + " for " +
                     std::to_string(weight.dims[transposed ? 0 : 1]) + " features");
  }
  if (!bias || !step.stands_apart(*addend, Role::bias)) {
    return step.result(linear(step, a, weight, transposed, addend));
  }
  Graph& graph = step.graph();
  const Value product = linear(step, a, weight, transposed, nullptr);
  step.note_bias(*product.node, *addend);
  const auto row = graph.node_of(
      graph.reshaped_value(*addend, {elements_of(addend->dims)}, step.name()), step.name());
  step.result(graph.value_like(product, step.add(Combine{}, {*product.node, row}, ".bias")));
}

void embed(Step& step, const Value& table, const Value& tokens) {
  Graph& graph = step.graph();
  if (table.dims.size() != 2 || step.op().integer("axis", 0) != 0) {
    step.unsupported("a look-up that is no embedding");
  }
  auto node = graph.node_of(tokens, step.name());
  const Shape inner = graph.shape(node);
  if (inner.rank() != 1) node = step.add(Reshape{{-1}}, {node}, ".tokens");
  node = step.add_with_weight(TokenEmbedding{table.dims[0], table.dims[1]}, {node}, table);
  if (inner.rank() != 1) {
    Dims dims = inner.dims;
    dims.push_back(table.dims[1]);
    node = step.add(Reshape{dims}, {node}, ".rows");
  }
  step.result(graph.value_like(tokens, node));
}

// Known positions of an axis: one, which vanishes, or some that follow each other.
void pick(Step& step, const Value& data, const Folded& indices) {
  Graph& graph = step.graph();
  const auto onnx_axis = axis_in(step.op().integer("axis", 0), data.dims.size());
  if (!onnx_axis) step.unsupported("no such axis");
  const auto extent = data.dims[*onnx_axis];
  const auto axis = graph.inner_axis(data, static_cast<std::int64_t>(*onnx_axis));
  if (data.merged && *data.batch == *onnx_axis) throw AcrossBatch{"works across the batch"};
  if (indices.values.empty()) step.unsupported("nothing to pick");
  const auto first = indices.at(0) < 0 ? indices.at(0) + extent : indices.at(0);
  for (std::size_t i = 1; i < indices.values.size(); ++i) {
    const auto index = indices.at(i) < 0 ? indices.at(i) + extent : indices.at(i);
    if (index != first + static_cast<std::int64_t>(i)) {
      step.unsupported("positions that do not follow each other");
    }
  }
  const auto node = graph.node_of(data, step.name());
  const auto count = static_cast<std::int64_t>(indices.values.size());
  const auto sliced =
      first == 0 && count == extent ? node : step.add(Slice{axis, first, first + count, 1}, {node});
  Dims dims = data.dims;
  const auto at = dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(*onnx_axis));
  dims.insert(at, indices.dims.begin(), indices.dims.end());
  step.result(graph.reshaped_value(graph.value_like(data, sliced), dims, step.name() + ".axes"));
}

void select(Step& step, const Value& data, std::int64_t index) {
  const auto onnx_axis = axis_in(step.op().integer("axis", 0), data.dims.size());
  if (!onnx_axis) step.unsupported("no such axis");
  Graph& graph = step.graph();
  const auto axis = graph.inner_axis(data, static_cast<std::int64_t>(*onnx_axis));
  if (data.merged && *data.batch == *onnx_axis) throw AcrossBatch{"works across the batch"};
  const auto node = step.add(Select{axis, index}, {graph.node_of(data, step.name())});
  auto batch = data.batch;
  if (batch && *batch > *onnx_axis) --*batch;
  step.result(graph.value(node, batch, data.merged));
}

void gather(Step& step) {
  const Value& data = step.needed(0);
  const Value& indices = step.needed(1);
  if (!indices.folded) {
    if (data.node || data.weight.empty()) step.unsupported("positions that depend on the data");
    return embed(step, data, indices);
  }
  if (indices.dims.empty()) return select(step, data, indices.folded->at(0));
  pick(step, data, *indices.folded);
}

}  // namespace

const Converters& matrix_converters() {
  static const Converters all{{"MatMul", matmul}, {"Gemm", gemm}, {"Gather", gather}};
  return all;
}

}  // namespace erg::onnx
