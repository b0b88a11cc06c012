// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>
#include <map>
#include <string_view>

#include "fold_shapes.h"
#include "folded.h"

namespace erg::onnx {
namespace {

using Inputs = std::span<const Folded* const>;
using Unary = double (*)(double);
using Binary = double (*)(double, double);

const std::map<std::string_view, Unary> kUnary{
    {"Neg", [](double x) { return -x; }},
    {"Abs", [](double x) { return std::abs(x); }},
    {"Sqrt", [](double x) { return std::sqrt(x); }},
    {"Floor", [](double x) { return std::floor(x); }},
    {"Ceil", [](double x) { return std::ceil(x); }},
    {"Reciprocal", [](double x) { return 1 / x; }},
    {"Exp", [](double x) { return std::exp(x); }},
    {"Log", [](double x) { return std::log(x); }},
    {"Not", [](double x) { return x == 0 ? 1.0 : 0.0; }},
    {"Identity", [](double x) { return x; }},
};

const std::map<std::string_view, Binary> kBinary{
    {"Add", [](double a, double b) { return a + b; }},
    {"Sub", [](double a, double b) { return a - b; }},
    {"Mul", [](double a, double b) { return a * b; }},
    {"Div", [](double a, double b) { return a / b; }},
    {"Pow", [](double a, double b) { return std::pow(a, b); }},
    {"Min", [](double a, double b) { return std::min(a, b); }},
    {"Max", [](double a, double b) { return std::max(a, b); }},
};

const std::map<std::string_view, Binary> kComparisons{
    {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"LessOrEqual", [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }},
    {"GreaterOrEqual", [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
    {"And", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
    {"Or", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
};

// The rest with the sign of the divisor, as whole numbers have it; fmod keeps the dividend's.
double remainder_of(double a, double b, bool fmod) {
  const double rest = std::fmod(a, b);
  return !fmod && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <class Function>
std::optional<Folded> elementwise(const Folded& a, const Folded& b, bool integer,
                                  Function function) {
  const auto dims = broadcast_dims({a.dims, b.dims});
  if (!dims || elements_of(*dims) > kMostFolded) return std::nullopt;
  Folded out{*dims, integer, {}};
  for_each_position(*dims, [&](std::span<const std::int64_t> position) {
    const double value =
        function(a.values[offset_of(a.dims, position)], b.values[offset_of(b.dims, position)]);
    out.values.push_back(integer ? std::trunc(value) : value);
  });
  return out;
}

std::optional<Folded> where(Inputs inputs) {
  const Folded& condition = *inputs[0];
  const auto dims = broadcast_dims({condition.dims, inputs[1]->dims, inputs[2]->dims});
  if (!dims || elements_of(*dims) > kMostFolded) return std::nullopt;
  Folded out{*dims, inputs[1]->integer, {}};
  for_each_position(*dims, [&](std::span<const std::int64_t> position) {
    const bool first = condition.values[offset_of(condition.dims, position)] != 0;
    const Folded& chosen = first ? *inputs[1] : *inputs[2];
    out.values.push_back(chosen.values[offset_of(chosen.dims, position)]);
  });
  return out;
}

std::optional<Folded> cast(const Operation& operation, const Folded& input) {
  const auto type = operation.integer("to", kFloat);
  Tensor target;
  target.type = type;
  Folded out{input.dims, !target.is_real(), input.values};
  if (type == kBool) {
    for (auto& value : out.values) value = value != 0 ? 1 : 0;
  } else if (out.integer) {
    for (auto& value : out.values) value = std::trunc(value);
  }
  return out;
}

std::optional<Folded> fold_two(const Operation& operation, const Folded& a, const Folded& b) {
  if (const auto found = kBinary.find(operation.type); found != kBinary.end()) {
    return elementwise(a, b, a.integer && b.integer, found->second);
  }
  if (const auto found = kComparisons.find(operation.type); found != kComparisons.end()) {
    return elementwise(a, b, true, found->second);
  }
  if (operation.type == "Mod") {
    const bool fmod = operation.integer("fmod", 0) != 0;
    return elementwise(a, b, a.integer,
                       [fmod](double x, double y) { return remainder_of(x, y, fmod); });
  }
  return std::nullopt;
}

}  // namespace

std::optional<Folded> fold(const Operation& operation, Inputs inputs, std::int64_t opset) {
  if (const auto shaped = fold_shape(operation, inputs, opset)) return shaped;
  if (inputs.empty() || !inputs[0]) return std::nullopt;
  if (operation.type == "Cast") return cast(operation, *inputs[0]);
  if (const auto found = kUnary.find(operation.type); found != kUnary.end()) {
    Folded out = *inputs[0];
    for (auto& value : out.values) value = found->second(value);
    return out;
  }
  if (inputs.size() == 3 && operation.type == "Where" && inputs[1] && inputs[2]) {
    return where(inputs);
  }
  if (inputs.size() == 2 && inputs[1]) return fold_two(operation, *inputs[0], *inputs[1]);
  return std::nullopt;
}

}  // namespace erg::onnx
