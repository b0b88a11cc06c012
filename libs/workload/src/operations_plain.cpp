// SPDX-License-Identifier: Apache-2.0
#include "operations_plain.h"

#include <array>

namespace erg {
namespace {

using Extents = std::array<std::int64_t, 2>;

Extents both(Pair pair) { return {pair.height, pair.width}; }

// A stride of 0 is the kernel's.
Extents stride_of(Pair stride, Pair kernel) {
  return {stride.height == 0 ? kernel.height : stride.height,
          stride.width == 0 ? kernel.width : stride.width};
}

Operation function_of_parameter(Function function, double parameter) {
  switch (function) {
    case Function::leaky_relu:
      return unary([=](const at::Tensor& x) { return at::leaky_relu(x, parameter); });
    case Function::elu:
      return unary([=](const at::Tensor& x) { return at::elu(x, parameter); });
    case Function::gelu_tanh:
      return unary([](const at::Tensor& x) { return at::gelu(x, "tanh"); });
    case Function::power:
      return unary([=](const at::Tensor& x) { return at::pow(x, parameter); });
    default:
      throw LayerError{"no such function"};
  }
}

}  // namespace

Operation operation_of(const Activation& layer) {
  const auto of = [](at::Tensor (*function)(const at::Tensor&)) { return unary(function); };
  switch (layer.function) {
    case Function::relu:
      return of(at::relu);
    case Function::relu6:
      return of(at::relu6);
    case Function::gelu:
      return unary([](const at::Tensor& x) { return at::gelu(x); });
    case Function::silu:
      return of(at::silu);
    case Function::hardswish:
      return of(at::hardswish);
    case Function::hardsigmoid:
      return of(at::hardsigmoid);
    case Function::sigmoid:
      return of(at::sigmoid);
    case Function::tanh:
      return of(at::tanh);
    case Function::softplus:
      return unary([](const at::Tensor& x) { return at::softplus(x); });
    case Function::mish:
      return of(at::mish);
    case Function::selu:
      return of(at::selu);
    case Function::sine:
      return of(at::sin);
    case Function::cosine:
      return of(at::cos);
    case Function::erf:
      return of(at::erf);
    case Function::exp:
      return of(at::exp);
    case Function::log:
      return of(at::log);
    case Function::sqrt:
      return of(at::sqrt);
    case Function::reciprocal:
      return of(at::reciprocal);
    case Function::negative:
      return of(at::neg);
    case Function::absolute:
      return of(at::abs);
    default:
      return function_of_parameter(layer.function, layer.parameter);
  }
}

Operation operation_of(const Clamp& layer) {
  return unary([layer](const at::Tensor& x) { return at::clamp(x, layer.low, layer.high); });
}

Operation operation_of(const Affine& layer) {
  return unary([layer](const at::Tensor& x) { return x * layer.scale + layer.shift; });
}

Operation operation_of(const Softmax& layer) {
  const auto dim = dimension(layer.axis);
  if (layer.logarithm) {
    return unary([dim](const at::Tensor& x) { return at::log_softmax(x, dim); });
  }
  return unary([dim](const at::Tensor& x) { return at::softmax(x, dim); });
}

Operation operation_of(const MaxPool2d& layer) {
  return unary([layer](const at::Tensor& x) {
    return at::max_pool2d(x, both(layer.kernel), stride_of(layer.stride, layer.kernel),
                          both(layer.padding), both(layer.dilation), layer.ceil_mode);
  });
}

Operation operation_of(const AvgPool2d& layer) {
  return unary([layer](const at::Tensor& x) {
    return at::avg_pool2d(x, both(layer.kernel), stride_of(layer.stride, layer.kernel),
                          both(layer.padding), layer.ceil_mode, layer.count_include_pad);
  });
}

Operation operation_of(const AdaptiveAvgPool2d& layer) {
  return unary(
      [layer](const at::Tensor& x) { return at::adaptive_avg_pool2d(x, both(layer.output)); });
}

Operation operation_of(const Reduce& layer) {
  std::vector<std::int64_t> dims;
  for (const auto axis : layer.axes) dims.push_back(dimension(axis));
  const auto keep = layer.keep;
  switch (layer.reduction) {
    case Reduction::mean:
      return unary([=](const at::Tensor& x) { return at::mean(x, dims, keep); });
    case Reduction::sum:
      return unary([=](const at::Tensor& x) { return at::sum(x, dims, keep); });
    case Reduction::max:
      return unary([=](const at::Tensor& x) { return at::amax(x, dims, keep); });
    case Reduction::min:
      return unary([=](const at::Tensor& x) { return at::amin(x, dims, keep); });
  }
  throw LayerError{"no such reduction"};
}

Operation operation_of(const Upsample2d& layer, const Shape& output) {
  const Extents size{output[output.rank() - 2], output[output.rank() - 1]};
  if (!layer.bilinear) {
    return unary([size](const at::Tensor& x) { return at::upsample_nearest2d(x, size); });
  }
  return unary([size, layer](const at::Tensor& x) {
    return at::upsample_bilinear2d(x, size, layer.align_corners);
  });
}

Operation operation_of(const Pad2d& layer) {
  const std::array<std::int64_t, 4> sides{layer.left, layer.right, layer.top, layer.bottom};
  if (layer.mode != PadMode::constant) {
    const char* mode = layer.mode == PadMode::reflect     ? "reflect"
                       : layer.mode == PadMode::replicate ? "replicate"
                                                          : "circular";
    return unary([sides, mode](const at::Tensor& x) { return at::pad(x, sides, mode); });
  }
  return unary([sides, value = layer.value](const at::Tensor& x) {
    return at::constant_pad_nd(x, sides, value);
  });
}

Operation operation_of(const Dropout& layer) {
  return
      [p = layer.p](Values inputs, bool training) { return at::dropout(inputs[0], p, training); };
}

Operation operation_of(const StochasticDepth& layer) {
  return [p = layer.p](Values inputs, bool training) {
    const at::Tensor& x = inputs[0];
    if (!training || p == 0) return x;
    std::vector<std::int64_t> row(static_cast<std::size_t>(x.dim()), 1);
    row[0] = x.size(0);
    const at::Tensor noise = at::empty(row, x.options()).bernoulli_(1 - p);
    return p < 1 ? x * noise / (1 - p) : x * noise;
  };
}

// As torch.nn.functional.local_response_norm: the mean of squares over neighbouring channels.
Operation operation_of(const LocalResponseNorm& layer) {
  return unary([layer](const at::Tensor& x) {
    at::Tensor squares = (x * x).unsqueeze(1);
    const std::int64_t before = layer.size / 2;
    const std::int64_t after = (layer.size - 1) / 2;
    squares = squares.reshape({x.size(0), 1, x.size(1), -1});
    squares = at::constant_pad_nd(squares, {0, 0, before, after});
    const at::Tensor mean = at::avg_pool2d(squares, {layer.size, 1}, {1, 1}).reshape(x.sizes());
    return x / (mean * layer.alpha + layer.k).pow(layer.beta);
  });
}

}  // namespace erg
