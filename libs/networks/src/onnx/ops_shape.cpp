// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

void reshape_to(Step& step, const std::optional<Dims>& dims) {
  const Value& input = step.needed(0);
  if (!dims) step.unsupported("extents that do not fit " + to_string(Shape{input.dims}));
  step.result(step.graph().reshaped_value(input, *dims, step.name()));
}

void reshape(Step& step) {
  const bool allow_zero = step.opset() >= 14 && step.op().integer("allowzero", 0) != 0;
  const Dims& dims = step.needed(0).dims;
  const Dims wanted = step.known(1).integers();
  const auto made = reshaped(dims, wanted, allow_zero);
  if (!made) {
    step.unsupported("wanted the extents " + to_string(Shape{wanted}) + ", which do not fit " +
                     to_string(Shape{dims}));
  }
  reshape_to(step, made);
}

void flatten(Step& step) {
  const Dims& dims = step.needed(0).dims;
  auto axis = step.op().integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) step.unsupported("no such axis");
  const std::span all{dims};
  const auto cut = static_cast<std::size_t>(axis);
  reshape_to(step, Dims{elements_of(all.first(cut)), elements_of(all.subspan(cut))});
}

// An axis of the batch itself that vanishes leaves the batch merged with what follows.
void squeeze(Step& step) {
  const auto axes = axes_argument(step.op(), step.known_if_present(1));
  reshape_to(step, squeezed(step.needed(0).dims, axes));
}

// New axes may come before the batch, which a product of extents cannot tell from after.
void unsqueeze(Step& step) {
  const Value& input = step.needed(0);
  const auto axes = axes_argument(step.op(), step.known_if_present(1));
  const auto dims = axes ? unsqueezed(input.dims, *axes) : std::nullopt;
  if (!dims || !input.node || !input.batch) return reshape_to(step, dims);
  std::vector<bool> added(dims->size(), false);
  for (const auto axis : *axes) added[*axis_in(axis, dims->size())] = true;
  std::size_t seen = 0;
  std::size_t batch = 0;
  while (added[batch] || seen++ != *input.batch) ++batch;
  Dims inner = *dims;
  if (input.merged) {
    inner[batch] /= step.graph().batch();
  } else {
    inner.erase(inner.begin() + static_cast<std::ptrdiff_t>(batch));
  }
  const auto node = step.add(Reshape{inner}, {*input.node});
  step.result(step.graph().value(node, batch, input.merged));
}

void transpose(Step& step) {
  const Value& input = step.needed(0);
  Dims order = step.op().integers("perm", {});
  if (order.empty()) {
    order.resize(input.dims.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  Dims sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<std::int64_t>(i)) step.unsupported("an order that is none");
  }
  if (order.size() != input.dims.size()) step.unsupported("an order of other axes");
  if (!input.node) {
    Value turned = input;
    turned.folded.reset();
    for (std::size_t i = 0; i < order.size(); ++i) {
      turned.dims[i] = input.dims[static_cast<std::size_t>(order[i])];
    }
    return step.result(turned);
  }
  std::optional<std::size_t> batch;
  Permute permute;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool is_batch = input.batch && static_cast<std::size_t>(order[i]) == *input.batch;
    if (is_batch) batch = i;
    if (!is_batch || input.merged)
      permute.order.push_back(step.graph().inner_axis(input, order[i]));
  }
  const bool same = std::is_sorted(permute.order.begin(), permute.order.end());
  const auto node = same ? *input.node : step.add(permute, {*input.node});
  step.result(step.graph().value(node, batch, input.merged));
}

void expand(Step& step) {
  const Value& input = step.needed(0);
  const Dims wanted = step.known(1).integers();
  const auto dims = broadcast_dims({input.dims, wanted});
  if (!dims) {
    step.unsupported("wanted the extents " + to_string(Shape{wanted}) + ", which do not fit " +
                     to_string(Shape{input.dims}));
  }
  if (*dims == input.dims) return step.result(input);
  Graph& graph = step.graph();
  Dims inner = *dims;
  std::optional<std::size_t> batch;
  if (input.batch) {
    batch = *input.batch + dims->size() - input.dims.size();
    if ((*dims)[*batch] != input.dims[*input.batch]) throw AcrossBatch{"works across the batch"};
    if (input.merged) {
      inner[*batch] /= graph.batch();
    } else {
      inner.erase(inner.begin() + static_cast<std::ptrdiff_t>(*batch));
    }
  }
  const auto node = step.add(Expand{inner}, {graph.node_of(input, step.name())});
  step.result(graph.value(node, batch, input.merged));
}

// As many copies side by side, axis by axis.
void tile(Step& step) {
  constexpr std::int64_t kMostCopies = 64;
  Value value = step.needed(0);
  const Dims repeats = step.known(1).integers();
  for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] == 1) continue;
    if (repeats[axis] < 1 || repeats[axis] > kMostCopies || axis >= value.dims.size() ||
        (value.merged && *value.batch == axis)) {
      step.unsupported("that many copies");
    }
    const auto inner = step.graph().inner_axis(value, static_cast<std::int64_t>(axis));
    const std::vector<std::size_t> copies(static_cast<std::size_t>(repeats[axis]),
                                          step.graph().node_of(value, step.name()));
    value = step.graph().value_like(value, step.add(Concat{inner}, copies));
  }
  step.result(value);
}

// Channels to pixels: DCR and CRD differ in which part of the channel axis is the block.
void depth_to_space(Step& step) {
  const Value& input = step.needed(0);
  auto node = step.example(input, 4);
  const auto block = step.op().integer("blocksize", 1);
  if (block < 1 || block > 1024 || input.dims[1] % (block * block) != 0) {
    step.unsupported("a block that does not divide the channels");
  }
  const auto channels = input.dims[1] / (block * block);
  const auto height = input.dims[2];
  const auto width = input.dims[3];
  const bool blocks_last = step.op().text("mode", "DCR") == "CRD";
  const Dims cut = blocks_last ? Dims{channels, block, block, height, width}
                               : Dims{block, block, channels, height, width};
  node = step.add(Reshape{cut}, {node}, ".cut");
  node = step.add(Permute{blocks_last ? Dims{0, 3, 1, 4, 2} : Dims{2, 3, 0, 4, 1}}, {node});
  node = step.add(Reshape{{channels, height * block, width * block}}, {node}, ".join");
  step.example_result(node, input);
}

}  // namespace

const Converters& shape_converters() {
  static const Converters all{
      {"Reshape", reshape}, {"Flatten", flatten},
      {"Squeeze", squeeze}, {"Unsqueeze", unsqueeze},
      {"Expand", expand},   {"Transpose", transpose},
      {"Tile", tile},       {"DepthToSpace", depth_to_space},
  };
  return all;
}

}  // namespace erg::onnx
