// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fold_shapes.h"

namespace erg::onnx {

std::optional<Dims> broadcast_dims(std::initializer_list<std::span<const std::int64_t>> all) {
  std::size_t rank = 0;
  for (const auto dims : all) rank = std::max(rank, dims.size());
  Dims out(rank, 1);
  for (const auto dims : all) {
    for (std::size_t i = 0; i < dims.size(); ++i) {
      auto& extent = out[rank - dims.size() + i];
      if (extent == 1) {
        extent = dims[i];
      } else if (dims[i] != 1 && dims[i] != extent) {
        return std::nullopt;
      }
    }
  }
  return out;
}

std::size_t offset_of(std::span<const std::int64_t> dims, std::span<const std::int64_t> position) {
  std::size_t offset = 0;
  const std::size_t skipped = position.size() - dims.size();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const auto at = dims[i] == 1 ? 0 : position[skipped + i];
    offset = offset * static_cast<std::size_t>(dims[i]) + static_cast<std::size_t>(at);
  }
  return offset;
}

void advance(Dims& position, std::span<const std::int64_t> dims) {
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    if (++position[axis] < dims[axis]) return;
    position[axis] = 0;
  }
}

std::optional<std::size_t> axis_in(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < -count || axis >= count) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::optional<Dims> axes_argument(const Operation& operation, const Folded* input) {
  if (const auto* attribute = operation.find("axes")) return attribute->integers;
  return input ? std::optional{input->integers()} : std::nullopt;
}

Range slice_range(std::int64_t extent, std::int64_t begin, std::int64_t end, std::int64_t step) {
  if (begin < 0) begin += extent;
  if (end < 0) end += extent;
  if (step > 0) {
    begin = std::clamp<std::int64_t>(begin, 0, extent);
    end = std::clamp<std::int64_t>(end, 0, extent);
    return {begin, end > begin ? (end - begin - 1) / step + 1 : 0};
  }
  if (step == 0) return {};
  begin = std::clamp<std::int64_t>(begin, -1, extent - 1);
  end = std::clamp<std::int64_t>(end, -1, extent - 1);
  // The smallest number of all has no opposite.
  const std::int64_t back = step < -extent ? extent + 1 : -step;
  return {begin, begin > end ? (begin - end - 1) / back + 1 : 0};
}

std::optional<Dims> reshaped(std::span<const std::int64_t> dims, const Dims& wanted,
                             bool allow_zero) {
  Dims out = wanted;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == 0 && !allow_zero) {
      if (i >= dims.size()) return std::nullopt;
      out[i] = dims[i];
    }
    if (out[i] == -1) {
      if (open) return std::nullopt;
      open = i;
      out[i] = 1;
    }
  }
  const auto elements = elements_of(dims);
  const auto known = elements_of(out);
  if (open) {
    if (known <= 0 || elements < 0 || elements % known != 0) return std::nullopt;
    out[*open] = elements / known;
  } else if (known != elements) {
    return std::nullopt;
  }
  return out;
}

std::optional<Dims> squeezed(std::span<const std::int64_t> dims, const std::optional<Dims>& axes) {
  std::vector<bool> drop(dims.size(), false);
  if (axes) {
    for (const auto axis : *axes) {
      const auto at = axis_in(axis, dims.size());
      if (!at || dims[*at] != 1) return std::nullopt;
      drop[*at] = true;
    }
  } else {
    for (std::size_t i = 0; i < dims.size(); ++i) drop[i] = dims[i] == 1;
  }
  Dims out;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (!drop[i]) out.push_back(dims[i]);
  }
  return out;
}

std::optional<Dims> unsqueezed(std::span<const std::int64_t> dims, const Dims& axes) {
  const std::size_t rank = dims.size() + axes.size();
  std::vector<bool> added(rank, false);
  for (const auto axis : axes) {
    const auto at = axis_in(axis, rank);
    if (!at || added[*at]) return std::nullopt;
    added[*at] = true;
  }
  Dims out;
  auto next = dims.begin();
  for (std::size_t i = 0; i < rank; ++i) out.push_back(added[i] ? 1 : *next++);
  return out;
}

}  // namespace erg::onnx
