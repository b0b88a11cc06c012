// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include "step.h"

namespace erg::onnx {
namespace {

// "bid,bjd->bij", without blanks.
struct Equation {
  std::string a, b, out;
};

Equation equation_of(const Step& step) {
  std::string text = step.op().text("equation", "");
  std::erase(text, ' ');
  const auto comma = text.find(',');
  const auto arrow = text.find("->");
  if (comma == text.npos || arrow == text.npos || arrow < comma ||
      text.find(',', comma + 1) != text.npos || text.find('.') != text.npos) {
    step.unsupported("the equation '" + text + "'; of two tensors with a result it is");
  }
  Equation equation{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1),
                    text.substr(arrow + 2)};
  for (std::string letters : {equation.a, equation.b, equation.out}) {
    std::sort(letters.begin(), letters.end());
    if (std::adjacent_find(letters.begin(), letters.end()) != letters.end()) {
      step.unsupported("a letter twice in one tensor");
    }
  }
  return equation;
}

bool has(std::string_view letters, char letter) { return letters.find(letter) != letters.npos; }

// Takes the letter of the batch out of a tensor's letters; it must be the same everywhere.
void drop_batch(const Value& value, std::string& letters, char& batch) {
  if (!value.batch) return;
  if (value.merged) throw AcrossBatch{"works across the batch"};
  const char own = letters[*value.batch];
  if (batch != 0 && own != batch) throw AcrossBatch{"works across the batch"};
  batch = own;
  letters.erase(*value.batch, 1);
}

// One operand as (shared..., rows, columns): its node with axes in that order, then joined.
std::size_t arranged(Step& step, std::size_t node, std::string_view letters,
                     const std::string& shared, const std::string& rows,
                     const std::string& columns) {
  const Shape shape = step.graph().shape(node);
  Permute permute;
  Dims dims;
  for (const char letter : shared + rows + columns) {
    permute.order.push_back(static_cast<std::int64_t>(letters.find(letter)));
  }
  const auto extent_of = [&](std::string_view some) {
    std::int64_t product = 1;
    for (const char letter : some) product *= shape[letters.find(letter)];
    return product;
  };
  for (const char letter : shared) dims.push_back(shape[letters.find(letter)]);
  dims.push_back(extent_of(rows));
  dims.push_back(extent_of(columns));
  if (!std::is_sorted(permute.order.begin(), permute.order.end())) {
    node = step.add(permute, {node}, ".order");
  }
  return step.graph().shape(node).dims == dims ? node : step.add(Reshape{dims}, {node}, ".join");
}

void einsum(Step& step) {
  Equation equation = equation_of(step);
  const Value& a = step.needed(0);
  const Value& b = step.needed(1);
  if (equation.a.size() != a.dims.size() || equation.b.size() != b.dims.size()) {
    step.unsupported("an equation for other tensors");
  }
  char batch = 0;
  drop_batch(a, equation.a, batch);
  drop_batch(b, equation.b, batch);
  const auto batch_axis = batch == 0 ? equation.out.npos : equation.out.find(batch);
  if (batch != 0 && (batch_axis == equation.out.npos || (!a.batch && has(equation.a, batch)) ||
                     (!b.batch && has(equation.b, batch)))) {
    throw AcrossBatch{"works across the batch"};
  }
  if (batch != 0) equation.out.erase(batch_axis, 1);
  std::string shared, rows, columns, summed;
  for (const char letter : equation.a) {
    const bool kept = has(equation.out, letter);
    if (!has(equation.b, letter) && !kept) step.unsupported("a sum over one tensor");
    (has(equation.b, letter) ? (kept ? shared : summed) : rows) += letter;
  }
  for (const char letter : equation.b) {
    if (has(equation.a, letter)) continue;
    if (!has(equation.out, letter)) step.unsupported("a sum over one tensor");
    columns += letter;
  }
  Graph& graph = step.graph();
  const std::string order = shared + rows + columns;
  if (order.size() != equation.out.size()) step.unsupported("a result with letters of its own");
  const auto a_node = graph.node_of(a, step.name());
  const auto b_node = graph.node_of(b, step.name());
  auto node = step.add(MatMul{}, {arranged(step, a_node, equation.a, shared, rows, summed),
                                  arranged(step, b_node, equation.b, shared, summed, columns)});
  Dims dims;
  Permute permute;
  for (const char letter : order) {
    const auto at = equation.a.find(letter);
    dims.push_back(at != equation.a.npos ? graph.shape(a_node)[at]
                                         : graph.shape(b_node)[equation.b.find(letter)]);
  }
  if (graph.shape(node).dims != dims) node = step.add(Reshape{dims}, {node}, ".split");
  for (const char letter : equation.out) {
    permute.order.push_back(static_cast<std::int64_t>(order.find(letter)));
  }
  if (!std::is_sorted(permute.order.begin(), permute.order.end())) {
    node = step.add(permute, {node}, ".result");
  }
  step.result(graph.value(node, batch == 0 ? std::nullopt : std::optional{batch_axis}));
}

}  // namespace

const Converters& einsum_converters() {
  static const Converters all{{"Einsum", einsum}};
  return all;
}

}  // namespace erg::onnx
