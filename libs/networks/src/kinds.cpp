// SPDX-License-Identifier: Apache-2.0
#include "kinds.h"

#include <array>
#include <limits>

#include "overloaded.h"

namespace erg {
namespace {

constexpr std::size_t kMany = std::numeric_limits<std::size_t>::max();

struct FunctionName {
  Function function;
  std::string_view name;
};

constexpr std::array kFunctions{
    FunctionName{Function::relu, "ReLU"},
    FunctionName{Function::relu6, "ReLU6"},
    FunctionName{Function::leaky_relu, "LeakyReLU"},
    FunctionName{Function::elu, "ELU"},
    FunctionName{Function::gelu, "GELU"},
    FunctionName{Function::gelu_tanh, "GELUTanh"},
    FunctionName{Function::silu, "SiLU"},
    FunctionName{Function::hardswish, "Hardswish"},
    FunctionName{Function::hardsigmoid, "Hardsigmoid"},
    FunctionName{Function::sigmoid, "Sigmoid"},
    FunctionName{Function::tanh, "Tanh"},
    FunctionName{Function::softplus, "Softplus"},
    FunctionName{Function::mish, "Mish"},
    FunctionName{Function::selu, "SELU"},
    FunctionName{Function::erf, "Erf"},
    FunctionName{Function::exp, "Exp"},
    FunctionName{Function::log, "Log"},
    FunctionName{Function::sqrt, "Sqrt"},
    FunctionName{Function::reciprocal, "Reciprocal"},
    FunctionName{Function::negative, "Negative"},
    FunctionName{Function::absolute, "Absolute"},
    FunctionName{Function::sine, "Sine"},
    FunctionName{Function::cosine, "Cosine"},
    FunctionName{Function::power, "Power"},
};

struct ArithmeticName {
  Arithmetic arithmetic;
  std::string_view name;
};

constexpr std::array kArithmetics{
    ArithmeticName{Arithmetic::add, "Add"},
    ArithmeticName{Arithmetic::multiply, "Multiply"},
    ArithmeticName{Arithmetic::subtract, "Subtract"},
    ArithmeticName{Arithmetic::divide, "Divide"},
};

std::string_view name_of(const Activation& layer) {
  for (const auto& entry : kFunctions) {
    if (entry.function == layer.function) return entry.name;
  }
  return "Activation";
}

std::string_view name_of(const Combine& layer) {
  for (const auto& entry : kArithmetics) {
    if (entry.arithmetic == layer.arithmetic) return entry.name;
  }
  return "Combine";
}

constexpr std::array<std::string_view, std::variant_size_v<Layer>> kNames{
    "Input",
    "Parameter",
    "Constant",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "Linear",
    "BatchNorm",
    "LayerNorm",
    "GroupNorm",
    "LocalResponseNorm",
    "Scale",
    "PReLU",
    "",  // Activation: by its function
    "Clamp",
    "Affine",
    "Softmax",
    "MaxPool2d",
    "AvgPool2d",
    "AdaptiveAvgPool2d",
    "Reduce",
    "Upsample2d",
    "Pad2d",
    "Dropout",
    "StochasticDepth",
    "Flatten",
    "Reshape",
    "Permute",
    "Slice",
    "Select",
    "Expand",
    "Concat",
    "",  // Combine: by its arithmetic
    "MatMul",
    "PatchEmbedding",
    "ClassToken",
    "PositionEmbedding",
    "TokenEmbedding",
    "MultiHeadAttention",
};

template <std::size_t... I>
std::vector<Layer> one_of_each(std::index_sequence<I...>) {
  return {Layer{std::in_place_index<I>}...};
}

}  // namespace

std::string_view kind(const Layer& layer) {
  return std::visit(Overloaded{[](const Activation& l) { return name_of(l); },
                               [](const Combine& l) { return name_of(l); },
                               [&](const auto&) { return kNames[layer.index()]; }},
                    layer);
}

Arity arity(const Layer& layer) {
  return std::visit(Overloaded{
                        [](const Input&) {
                          return Arity{0, 0};
                        },
                        [](const Parameter&) {
                          return Arity{0, 0};
                        },
                        [](const Constant&) {
                          return Arity{0, 0};
                        },
                        [](const Concat&) {
                          return Arity{1, kMany};
                        },
                        [](const MatMul&) {
                          return Arity{2, 2};
                        },
                        [](const Combine& l) {
                          const bool any = l.arithmetic == Arithmetic::add ||
                                           l.arithmetic == Arithmetic::multiply;
                          return any ? Arity{2, kMany} : Arity{2, 2};
                        },
                        [](const auto&) {
                          return Arity{1, 1};
                        },
                    },
                    layer);
}

bool is_view(const Layer& layer) {
  return std::visit(Overloaded{
                        [](const Flatten&) { return true; },
                        [](const Reshape&) { return true; },
                        [](const Permute&) { return true; },
                        [](const Slice&) { return true; },
                        [](const Select&) { return true; },
                        [](const Expand&) { return true; },
                        [](const auto&) { return false; },
                    },
                    layer);
}

bool is_weighted(const Layer& layer) {
  return std::visit(Overloaded{
                        [](const Conv1d&) { return true; },
                        [](const Conv2d&) { return true; },
                        [](const ConvTranspose2d&) { return true; },
                        [](const Linear&) { return true; },
                        [](const MatMul&) { return true; },
                        [](const PatchEmbedding&) { return true; },
                        [](const MultiHeadAttention&) { return true; },
                        [](const auto&) { return false; },
                    },
                    layer);
}

std::span<const NamedLayer> layer_kinds() {
  static const std::vector<NamedLayer> kinds = [] {
    std::vector<NamedLayer> all;
    for (const auto& layer : one_of_each(std::make_index_sequence<std::variant_size_v<Layer>>{})) {
      if (!std::holds_alternative<Activation>(layer) && !std::holds_alternative<Combine>(layer)) {
        all.push_back({kind(layer), layer});
      }
    }
    for (const auto& entry : kFunctions) all.push_back({entry.name, Activation{entry.function, 0}});
    for (const auto& entry : kArithmetics) all.push_back({entry.name, Combine{entry.arithmetic}});
    return all;
  }();
  return kinds;
}

}  // namespace erg
