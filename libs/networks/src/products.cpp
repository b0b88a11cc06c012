// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "costs.h"
#include "overloaded.h"

namespace erg {
namespace {

// Of one layer. With Network's own limits no sum over layers, times the bytes of a number,
// overflows.
constexpr std::uint64_t kMostNumbers = std::uint64_t{1} << 44;
constexpr std::uint64_t kMostProducts = std::uint64_t{1} << 60;

std::int64_t area(const Pair& kernel) { return kernel.height * kernel.width; }

// Each output number of a convolution sums over the kernel and its group's channels.
std::uint64_t convolution(const Placed& at, std::int64_t channels, std::int64_t groups,
                          std::int64_t positions) {
  return times(
      {static_cast<std::int64_t>(numbers(at.output, at.batch)), channels / groups, positions});
}

Products of(const MultiHeadAttention& l, const Placed& at) {
  const auto length = at.inputs[0][0];
  const auto width = l.heads * l.head_dim;
  const auto out = times({at.batch, length, width, l.dim});
  return {4 * out, times({2, at.batch, length, length, width}), out};
}

Products of(const MatMul&, const Placed& at) {
  const auto macs =
      times({static_cast<std::int64_t>(numbers(at.output, at.batch)), at.inputs[0].dims.back()});
  return at.input_batched[0] && at.input_batched[1] ? Products{0, macs} : Products{macs};
}

}  // namespace

std::uint64_t times(std::initializer_list<std::int64_t> factors) {
  std::uint64_t product = 1;
  for (const auto factor : factors) {
    if (__builtin_mul_overflow(product, static_cast<std::uint64_t>(factor), &product) ||
        product > kMostProducts) {
      throw std::overflow_error{"too much to count"};
    }
  }
  return product;
}

std::uint64_t numbers(const Shape& shape, std::int64_t batch) {
  const auto all = times({batch, shape.elements()});
  if (all > kMostNumbers) throw std::overflow_error{"too many numbers to count"};
  return all;
}

std::uint64_t input_numbers(const Placed& at, std::size_t i) {
  return numbers(at.inputs[i], at.input_batched[i] ? at.batch : 1);
}

Products products(const Placed& at) {
  return std::visit(
      Overloaded{
          [&](const Conv1d& l) {
            return Products{convolution(at, l.in_channels, l.groups, l.kernel)};
          },
          [&](const Conv2d& l) {
            return Products{convolution(at, l.in_channels, l.groups, area(l.kernel))};
          },
          [&](const ConvTranspose2d& l) {
            return Products{times({static_cast<std::int64_t>(input_numbers(at, 0)),
                                   l.out_channels / l.groups, area(l.kernel)})};
          },
          [&](const PatchEmbedding& l) {
            return Products{convolution(at, l.in_channels, 1, area(l.patch))};
          },
          [&](const Linear& l) {
            return Products{
                times({static_cast<std::int64_t>(numbers(at.output, at.batch)), l.in_features})};
          },
          [&](const MultiHeadAttention& l) { return of(l, at); },
          [&](const MatMul& l) { return of(l, at); },
          [](const auto&) { return Products{}; },
      },
      at.layer);
}

std::uint64_t backward_macs(const Placed& at, const Products& products) {
  if (std::holds_alternative<MatMul>(at.layer)) {
    const auto wanted = std::count(at.input_gradient.begin(), at.input_gradient.end(), true);
    return (products.weights + products.attention) * static_cast<std::uint64_t>(wanted);
  }
  const std::uint64_t input = !at.input_gradient.empty() && at.input_gradient[0];
  const std::uint64_t inside = input || at.inside_learns;
  const auto first = products.weights - products.later_weights;
  return first * (input + at.weight_learns) + products.later_weights * (inside + at.last_learns) +
         2 * inside * products.attention;
}

}  // namespace erg
