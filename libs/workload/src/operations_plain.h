// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph_module.h"

namespace erg {

using Values = std::span<const at::Tensor>;

// Of one tensor, alike in training and evaluation.
template <class Compute>
Operation unary(Compute compute) {
  return [compute](Values inputs, bool) { return compute(inputs[0]); };
}

// An axis of one example as a dimension of the batch; negative ones count from the end in both.
inline std::int64_t dimension(std::int64_t axis) { return axis < 0 ? axis : axis + 1; }

Operation operation_of(const Activation& layer);
Operation operation_of(const Clamp& layer);
Operation operation_of(const Affine& layer);
Operation operation_of(const Softmax& layer);
Operation operation_of(const MaxPool2d& layer);
Operation operation_of(const AvgPool2d& layer);
Operation operation_of(const AdaptiveAvgPool2d& layer);
Operation operation_of(const Reduce& layer);
Operation operation_of(const Upsample2d& layer, const Shape& output);
Operation operation_of(const Pad2d& layer);
Operation operation_of(const Dropout& layer);
Operation operation_of(const StochasticDepth& layer);
Operation operation_of(const LocalResponseNorm& layer);

Operation operation_of(const Flatten& layer);
Operation operation_of(const Reshape& layer, const Shape& output);
Operation operation_of(const Permute& layer);
Operation operation_of(const Slice& layer);
Operation operation_of(const Select& layer);
Operation operation_of(const Expand& layer, const Shape& output);
Operation operation_of(const Concat& layer);
Operation operation_of(const Combine& layer);
Operation operation_of(const MatMul& layer);

}  // namespace erg
