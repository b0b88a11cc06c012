// SPDX-License-Identifier: Apache-2.0
#include "fold_shapes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

namespace erg::onnx {
namespace {

using Inputs = std::span<const Folded* const>;
using Result = std::optional<Folded>;

// Input i, or nullptr where it is absent.
const Folded* input(Inputs inputs, std::size_t i) {
  return i < inputs.size() ? inputs[i] : nullptr;
}

// The same numbers in other extents.
Result with_dims(const Folded& folded, std::optional<Dims> dims) {
  if (!dims) return std::nullopt;
  return Folded{std::move(*dims), folded.integer, folded.values};
}

// A tensor of `dims` whose number at each position comes from `source` of the input's.
template <class Source>
Result gathered(const Folded& from, Dims dims, Source source) {
  const auto count = elements_of(dims);
  if (count < 0 || count > kMostFolded) return std::nullopt;
  Folded out{std::move(dims), from.integer, {}};
  bool inside = true;
  for_each_position(out.dims, [&](std::span<const std::int64_t> position) {
    const Dims at = source(position);
    for (std::size_t i = 0; i < at.size(); ++i)
      inside = inside && at[i] >= 0 && at[i] < from.dims[i];
    out.values.push_back(inside ? from.values[offset_of(from.dims, at)] : 0);
  });
  return inside ? Result{out} : std::nullopt;
}

Result gather(const Operation& operation, const Folded& data, const Folded& indices) {
  const auto axis = axis_in(operation.integer("axis", 0), data.dims.size());
  if (!axis) return std::nullopt;
  const auto cut = static_cast<std::ptrdiff_t>(*axis);
  Dims dims(data.dims.begin(), data.dims.begin() + cut);
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), data.dims.begin() + cut + 1, data.dims.end());
  return gathered(data, std::move(dims), [&](std::span<const std::int64_t> position) {
    const auto middle = position.subspan(*axis, indices.dims.size());
    const auto index = indices.at(offset_of(indices.dims, middle));
    Dims at(position.begin(), position.begin() + cut);
    at.push_back(index < 0 ? index + data.dims[*axis] : index);
    at.insert(at.end(), middle.end(), position.end());
    return at;
  });
}

Result slice(const Folded& data, Inputs inputs) {
  const Folded* starts = input(inputs, 1);
  const Folded* ends = input(inputs, 2);
  if (!starts || !ends) return std::nullopt;
  const Folded* axes = input(inputs, 3);
  const Folded* steps = input(inputs, 4);
  Dims dims = data.dims;
  Dims first(dims.size(), 0);
  Dims step(dims.size(), 1);
  for (std::size_t i = 0; i < starts->values.size(); ++i) {
    if (i >= ends->values.size() || (axes && i >= axes->values.size()) ||
        (steps && i >= steps->values.size())) {
      return std::nullopt;
    }
    const auto axis = axis_in(axes ? axes->at(i) : static_cast<std::int64_t>(i), dims.size());
    if (!axis) return std::nullopt;
    step[*axis] = steps ? steps->at(i) : 1;
    const auto range = slice_range(data.dims[*axis], starts->at(i), ends->at(i), step[*axis]);
    first[*axis] = range.first;
    dims[*axis] = range.count;
  }
  return gathered(data, std::move(dims), [&](std::span<const std::int64_t> position) {
    Dims at(position.begin(), position.end());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = first[i] + at[i] * step[i];
    return at;
  });
}

Result concat(const Operation& operation, Inputs inputs) {
  const auto axis = axis_in(operation.integer("axis", 0), inputs[0]->dims.size());
  if (!axis) return std::nullopt;
  Dims dims = inputs[0]->dims;
  dims[*axis] = 0;
  for (const auto* part : inputs) {
    if (!part || part->dims.size() != dims.size()) return std::nullopt;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (i != *axis && part->dims[i] != dims[i]) return std::nullopt;
    }
    dims[*axis] += part->dims[*axis];
  }
  if (elements_of(dims) > kMostFolded) return std::nullopt;
  Folded out{dims, inputs[0]->integer, {}};
  for_each_position(dims, [&](std::span<const std::int64_t> position) {
    Dims at(position.begin(), position.end());
    std::size_t part = 0;
    while (at[*axis] >= inputs[part]->dims[*axis]) at[*axis] -= inputs[part++]->dims[*axis];
    out.values.push_back(inputs[part]->values[offset_of(inputs[part]->dims, at)]);
  });
  return out;
}

Result transpose(const Operation& operation, const Folded& data) {
  Dims order = operation.integers("perm", {});
  if (order.empty()) {
    order.resize(data.dims.size());
    std::iota(order.rbegin(), order.rend(), 0);
  }
  Dims sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (order.size() != data.dims.size()) return std::nullopt;
  Dims dims;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (sorted[i] != static_cast<std::int64_t>(i)) return std::nullopt;
    dims.push_back(data.dims[static_cast<std::size_t>(order[i])]);
  }
  return gathered(data, std::move(dims), [&](std::span<const std::int64_t> position) {
    Dims at(position.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      at[static_cast<std::size_t>(order[i])] = position[i];
    return at;
  });
}

Result expand(const Folded& data, const Dims& wanted) {
  const auto dims = broadcast_dims({data.dims, wanted});
  if (!dims) return std::nullopt;
  return gathered(data, *dims, [&](std::span<const std::int64_t> position) {
    Dims at;
    const auto skipped = position.size() - data.dims.size();
    for (std::size_t i = 0; i < data.dims.size(); ++i) {
      at.push_back(data.dims[i] == 1 ? 0 : position[skipped + i]);
    }
    return at;
  });
}

Result range(Inputs inputs) {
  if (inputs.size() != 3) return std::nullopt;
  for (const auto* part : inputs) {
    if (!part || part->values.size() != 1) return std::nullopt;
  }
  const double step = inputs[2]->values[0];
  const double count = std::ceil((inputs[1]->values[0] - inputs[0]->values[0]) / step);
  if (!(count >= 0 && count <= static_cast<double>(kMostFolded))) return std::nullopt;
  Folded out{{static_cast<std::int64_t>(count)}, inputs[0]->integer, {}};
  for (int i = 0; i < static_cast<int>(count); ++i) {
    out.values.push_back(inputs[0]->values[0] + i * step);
  }
  return out;
}

Result constant_of_shape(const Operation& operation, const Folded& shape) {
  Folded out{shape.integers(), false, {}};
  const auto count = elements_of(out.dims);
  if (count < 0 || count > kMostFolded) return std::nullopt;
  double value = 0;
  if (const auto* attribute = operation.find("value"); attribute && attribute->has_tensor) {
    const auto filled = tensor_values(attribute->tensor);
    if (!filled || filled->values.size() != 1) return std::nullopt;
    out.integer = filled->integer;
    value = filled->values[0];
  }
  out.values.assign(static_cast<std::size_t>(count), value);
  return out;
}

Result triangle(const Operation& operation, const Folded& data, const Folded* shift) {
  const auto diagonal = shift && !shift->values.empty() ? shift->at(0) : 0;
  const bool upper = operation.integer("upper", 1) != 0;
  Folded out = data;
  std::size_t i = 0;
  if (data.dims.size() < 2) return std::nullopt;
  for_each_position(data.dims, [&](std::span<const std::int64_t> position) {
    const auto above = static_cast<double>(position.back()) -
                       static_cast<double>(position[position.size() - 2]) -
                       static_cast<double>(diagonal);
    if (upper ? above < 0 : above > 0) out.values[i] = 0;
    ++i;
  });
  return out;
}

Result product(const Folded& data) {
  Folded out{{}, data.integer, {1}};
  for (const double value : data.values) out.values[0] *= value;
  return out;
}

}  // namespace

Result fold_shape(const Operation& operation, Inputs inputs, std::int64_t opset) {
  const std::string_view type = operation.type;
  if (type == "Range") return range(inputs);
  const Folded* data = input(inputs, 0);
  const Folded* second = input(inputs, 1);
  if (!data) return std::nullopt;
  if (type == "Gather" && second) return gather(operation, *data, *second);
  if (type == "Slice") return slice(*data, inputs);
  if (type == "Concat") return concat(operation, inputs);
  if (type == "Transpose") return transpose(operation, *data);
  if (type == "Expand" && second) return expand(*data, second->integers());
  if (type == "ConstantOfShape") return constant_of_shape(operation, *data);
  if (type == "Trilu") return triangle(operation, *data, second);
  if (type == "ReduceProd" && operation.integer("keepdims", 1) == 0) return product(*data);
  if (type == "Squeeze")
    return with_dims(*data, squeezed(data->dims, axes_argument(operation, second)));
  if (type == "Unsqueeze") {
    const auto axes = axes_argument(operation, second);
    return axes ? with_dims(*data, unsqueezed(data->dims, *axes)) : std::nullopt;
  }
  if (type == "Reshape" && second) {
    const bool allow_zero = opset >= 14 && operation.integer("allowzero", 0) != 0;
    return with_dims(*data, reshaped(data->dims, second->integers(), allow_zero));
  }
  return std::nullopt;
}

}  // namespace erg::onnx
