// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "step.h"

namespace erg::onnx {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void pass(Step& step) { step.result(step.needed(0)); }

template <Function function>
void apply(Step& step) {
  step.result_of(Activation{function}, step.needed(0));
}

void leaky_relu(Step& step) {
  step.result_of(Activation{Function::leaky_relu, step.op().real("alpha", 0.01)}, step.needed(0));
}

void elu(Step& step) {
  step.result_of(Activation{Function::elu, step.op().real("alpha", 1)}, step.needed(0));
}

void gelu(Step& step) {
  const bool tanh = step.op().text("approximate", "none") == "tanh";
  step.result_of(Activation{tanh ? Function::gelu_tanh : Function::gelu}, step.needed(0));
}

void hard_sigmoid(Step& step) {
  const double alpha = step.op().real("alpha", 0.2);
  const double beta = step.op().real("beta", 0.5);
  if (std::abs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5) return apply<Function::hardsigmoid>(step);
  const Value& input = step.needed(0);
  const auto node = step.add(Affine{alpha, beta}, {step.graph().node_of(input, step.name())});
  step.result(step.graph().value_like(input, step.add(Clamp{0, 1}, {node}, ".clamp")));
}

void prelu(Step& step) {
  const auto channels = elements_of(step.weight(1).dims);
  const Value& input = step.needed(0);
  if (channels == 1) {
    const auto node = step.graph().node_of(input, step.name());
    return step.result(
        step.graph().value_like(input, step.add_with_weight(PReLU{1}, {node}, step.weight(1))));
  }
  const auto node = step.example(input, input.dims.size());
  step.example_result(step.add_with_weight(PReLU{channels}, {node}, step.weight(1)), input);
}

void clamp(Step& step, double low, double high) {
  if (low == 0 && high == 6) return step.result_of(Activation{Function::relu6}, step.needed(0));
  if (low == 0 && high == kInfinity) {
    return step.result_of(Activation{Function::relu}, step.needed(0));
  }
  step.result_of(Clamp{low, high}, step.needed(0));
}

void clip(Step& step) {
  const auto bound = [&](std::size_t i, double otherwise) {
    if (!step.input(i)) return otherwise;
    const auto value = single(step.input(i));
    if (!value) step.unsupported("a bound that depends on the data");
    return std::abs(*value) > 3e38 ? std::copysign(kInfinity, *value) : *value;
  };
  clamp(step, bound(1, -kInfinity), bound(2, kInfinity));
}

// Of a tensor and one number.
void with_number(Step& step, const Value& input, double number, bool number_first) {
  const std::string& type = step.op().type;
  if (type == "Add") return step.result_of(Affine{1, number}, input);
  if (type == "Mul") return step.result_of(Affine{number, 0}, input);
  if (type == "Sub") {
    return step.result_of(number_first ? Affine{-1, number} : Affine{1, -number}, input);
  }
  if (!number_first) {
    if (number == 0) step.unsupported("a division by zero");
    return step.result_of(Affine{1 / number, 0}, input);
  }
  const auto node = step.add(Activation{Function::reciprocal},
                             {step.graph().node_of(input, step.name())}, ".reciprocal");
  const Value inverse = step.graph().value_like(input, node);
  if (number == 1) return step.result(inverse);
  step.result_of(Affine{number, 0}, inverse);
}

// The batch stands at the same distance from the right in everything that has one.
std::size_t batch_from_right(const std::vector<const Value*>& values, Merge& merged) {
  std::size_t from_right = 0;
  for (const auto* value : values) {
    if (!value->batch) continue;
    const auto own = value->dims.size() - *value->batch;
    if (from_right != 0 && (own != from_right || merged != value->merged)) {
      throw AcrossBatch{"has the batch on different axes of its inputs"};
    }
    from_right = own;
    merged = value->merged;
  }
  return from_right;
}

void combine(Step& step, const Layer& layer, const std::vector<const Value*>& values) {
  Graph& graph = step.graph();
  Merge merged = kAlone;
  const auto from_right = batch_from_right(values, merged);
  std::vector<std::size_t> nodes;
  for (const auto* value : values) {
    nodes.push_back(from_right == 0 || merged
                        ? graph.node_of(*value, step.name())
                        : graph.aligned_node_of(*value, from_right, step.name()));
  }
  const auto node = step.add(layer, nodes);
  if (from_right == 0) return step.result(graph.value(node, std::nullopt));
  const auto rank = graph.shape(node).rank() + (merged ? 0 : 1);
  step.result(graph.value(node, rank - from_right, merged));
}

// A learned tensor that scales every example alike.
bool scale(Step& step, const Value& input, const Value& weight) {
  if (!input.node || !weight.learned || weight.node) return false;
  const auto inner = step.graph().shape(*input.node);
  Dims dims = weight.dims;
  if (input.batch && !input.merged && dims.size() >= input.dims.size() - *input.batch) {
    const auto axis = dims.size() - (input.dims.size() - *input.batch);
    if (dims[axis] != 1) return false;
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  const auto joint = broadcast_dims({inner.dims, dims});
  if (!joint || *joint != inner.dims || step.stands_apart(weight, Role::scale)) return false;
  const auto node = step.add_with_weight(Scale{Shape{dims}}, {*input.node}, weight);
  step.result(step.graph().value_like(input, node));
  return true;
}

// The bias of a linear layer that PyTorch wrote as a product and a sum.
bool bias(Step& step, std::size_t product, std::size_t addend) {
  const Value& input = step.needed(product);
  const Value& weight = step.needed(addend);
  if (!input.node || weight.node || weight.weight.empty() || weight.dims.size() != 1) return false;
  auto* linear = std::get_if<Linear>(&step.graph()[*input.node].layer);
  if (!linear || linear->bias || linear->out_features != weight.dims[0]) return false;
  if (!step.only_reader(product)) return false;
  if (step.graph()[*input.node].frozen && weight.learned) return false;
  step.note_bias(*input.node, weight);
  if (step.stands_apart(weight, Role::bias)) return false;
  linear->bias = true;
  step.graph().rename(*input.node, module_of(weight.weight));
  step.result(input);
  return true;
}

// What is left of a norm's weights where it has none: a product with ones, a sum with zeros.
bool is_of_plain_norm(const Step& step, const Value& a, const Value& b) {
  const std::string& type = step.op().type;
  if (!step.op().plain_norm || !a.node || !b.folded || (type != "Mul" && type != "Add")) {
    return false;
  }
  return broadcast_dims({a.dims, b.dims}) == a.dims &&
         std::all_of(b.folded->values.begin(), b.folded->values.end(),
                     [&](double value) { return value == (type == "Mul" ? 1 : 0); });
}

void arithmetic(Step& step) {
  const Value& a = step.needed(0);
  const Value& b = step.needed(1);
  const std::string& type = step.op().type;
  if (is_of_plain_norm(step, a, b)) return step.result(a);
  if (!b.learned && a.node && single(&b)) return with_number(step, a, *single(&b), false);
  if (!a.learned && b.node && single(&a)) return with_number(step, b, *single(&a), true);
  if (type == "Add" && (bias(step, 0, 1) || bias(step, 1, 0))) return;
  if (type == "Mul" && (scale(step, a, b) || scale(step, b, a))) return;
  const Arithmetic how = type == "Add"   ? Arithmetic::add
                         : type == "Mul" ? Arithmetic::multiply
                         : type == "Sub" ? Arithmetic::subtract
                                         : Arithmetic::divide;
  combine(step, Combine{how}, {&a, &b});
}

void sum(Step& step) {
  std::vector<const Value*> values;
  for (std::size_t i = 0; i < step.inputs(); ++i) values.push_back(&step.needed(i));
  if (values.size() == 1) return pass(step);
  combine(step, Combine{}, values);
}

void power(Step& step) {
  const auto exponent = single(step.input(1));
  if (!exponent) step.unsupported("an exponent that depends on the data");
  step.result_of(Activation{Function::power, *exponent}, step.needed(0));
}

void bound(Step& step) {
  const auto second = single(step.input(1));
  if (!second || step.inputs() != 2) step.unsupported("of tensors; of a tensor and a number it is");
  const bool lower = step.op().type == "Max";
  clamp(step, lower ? *second : -kInfinity, lower ? kInfinity : *second);
}

void dropout(Step& step) {
  double p = step.op().real("ratio", 0.5);
  if (const auto ratio = single(step.input(1))) p = *ratio;
  const auto training = single(step.input(2));
  const bool runs = step.opset() < 12 || (training && *training != 0);
  if (!runs) return pass(step);
  step.result_of(Dropout{p}, step.needed(0));
}

void is_nan(Step& step) {
  Value value = step.needed(0);
  value.is_nan = true;
  step.result(value);
}

// A guard against NaN passes; a fixed mask is one more tensor to combine with.
void where(Step& step) {
  const Value& condition = step.needed(0);
  if (condition.is_nan) return step.result(step.needed(2));
  if (condition.node) step.unsupported("a choice that depends on the data");
  const Value& a = step.needed(1);
  const Value& b = step.needed(2);
  if (a.node && b.node) {
    return combine(step, Combine{Arithmetic::add}, {&a, &b, &condition});
  }
  combine(step, Combine{Arithmetic::multiply}, {a.node ? &a : &b, &condition});
}

}  // namespace

const Converters& elementwise_converters() {
  static const Converters all{
      {"Identity", pass},
      {"Cast", pass},
      {"CastLike", pass},
      {"Relu", apply<Function::relu>},
      {"HardSwish", apply<Function::hardswish>},
      {"Sigmoid", apply<Function::sigmoid>},
      {"Tanh", apply<Function::tanh>},
      {"Softplus", apply<Function::softplus>},
      {"Mish", apply<Function::mish>},
      {"Selu", apply<Function::selu>},
      {"Erf", apply<Function::erf>},
      {"Exp", apply<Function::exp>},
      {"Log", apply<Function::log>},
      {"Sqrt", apply<Function::sqrt>},
      {"Reciprocal", apply<Function::reciprocal>},
      {"Neg", apply<Function::negative>},
      {"Abs", apply<Function::absolute>},
      {"Sin", apply<Function::sine>},
      {"Cos", apply<Function::cosine>},
      {"LeakyRelu", leaky_relu},
      {"Elu", elu},
      {"Gelu", gelu},
      {"HardSigmoid", hard_sigmoid},
      {"PRelu", prelu},
      {"Clip", clip},
      {"Add", arithmetic},
      {"Sub", arithmetic},
      {"Mul", arithmetic},
      {"Div", arithmetic},
      {"Sum", sum},
      {"Pow", power},
      {"Max", bound},
      {"Min", bound},
      {"Dropout", dropout},
      {"IsNaN", is_nan},
      {"Where", where},
  };
  return all;
}

}  // namespace erg::onnx
