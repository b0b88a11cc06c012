// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "operations_plain.h"

namespace erg {
namespace {

std::vector<std::int64_t> with_batch(std::int64_t batch, const std::vector<std::int64_t>& dims) {
  std::vector<std::int64_t> all{batch};
  all.insert(all.end(), dims.begin(), dims.end());
  return all;
}

// Examples broadcast among themselves, without the batch: a lower rank gets its ones behind it.
at::Tensor with_rank(const at::Tensor& x, std::int64_t rank) {
  if (x.dim() >= rank) return x;
  std::vector<std::int64_t> dims = x.sizes().vec();
  dims.insert(dims.begin() + 1, static_cast<std::size_t>(rank - x.dim()), 1);
  return x.reshape(dims);
}

std::int64_t highest_rank(Values inputs) {
  std::int64_t rank = 0;
  for (const auto& input : inputs) rank = std::max(rank, input.dim());
  return rank;
}

template <class Two>
Operation folded(Two two) {
  return [two](Values inputs, bool) {
    const auto rank = highest_rank(inputs);
    at::Tensor result = with_rank(inputs[0], rank);
    for (const auto& next : inputs.subspan(1)) result = two(result, with_rank(next, rank));
    return result;
  };
}

}  // namespace

Operation operation_of(const Flatten& layer) {
  return unary([dim = layer.first + 1](const at::Tensor& x) {
    return dim >= x.dim() ? x.unsqueeze(-1) : at::flatten(x, dim);
  });
}

Operation operation_of(const Reshape&, const Shape& output) {
  return unary(
      [dims = output.dims](const at::Tensor& x) { return x.reshape(with_batch(x.size(0), dims)); });
}

Operation operation_of(const Permute& layer) {
  std::vector<std::int64_t> order{0};
  for (const auto axis : layer.order) order.push_back(axis + 1);
  return unary([order](const at::Tensor& x) { return x.permute(order); });
}

Operation operation_of(const Slice& layer) {
  return unary([layer, dim = dimension(layer.axis)](const at::Tensor& x) {
    return at::slice(x, dim, layer.begin, layer.end, layer.step);
  });
}

Operation operation_of(const Select& layer) {
  return unary([layer, dim = dimension(layer.axis)](const at::Tensor& x) {
    return at::select(x, dim, layer.index);
  });
}

Operation operation_of(const Expand&, const Shape& output) {
  return unary([dims = output.dims](const at::Tensor& x) {
    const auto rank = static_cast<std::int64_t>(dims.size()) + 1;
    return with_rank(x, rank).expand(with_batch(-1, dims));
  });
}

// A tensor that is the same for every example has a batch of one until it meets one that is not.
Operation operation_of(const Concat& layer) {
  return [dim = dimension(layer.axis)](Values inputs, bool) {
    std::vector<at::Tensor> parts{inputs.begin(), inputs.end()};
    std::int64_t batch = 1;
    for (const auto& part : parts) batch = std::max(batch, part.size(0));
    for (auto& part : parts) {
      if (part.size(0) == batch) continue;
      std::vector<std::int64_t> dims = part.sizes().vec();
      dims[0] = batch;
      part = part.expand(dims);
    }
    return at::cat(parts, dim);
  };
}

Operation operation_of(const Combine& layer) {
  switch (layer.arithmetic) {
    case Arithmetic::add:
      return folded([](const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); });
    case Arithmetic::multiply:
      return folded([](const at::Tensor& a, const at::Tensor& b) { return at::mul(a, b); });
    case Arithmetic::subtract:
      return folded([](const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b); });
    case Arithmetic::divide:
      return folded([](const at::Tensor& a, const at::Tensor& b) { return at::div(a, b); });
  }
  throw LayerError{"no such arithmetic"};
}

Operation operation_of(const MatMul&) {
  return folded([](const at::Tensor& a, const at::Tensor& b) { return at::matmul(a, b); });
}

}  // namespace erg
