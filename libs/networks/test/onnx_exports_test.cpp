// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "erg/count.h"
#include "erg/onnx.h"
#include "onnx_bytes.h"

// What PyTorch's exporters make of modules beyond writing them down.
namespace erg {
namespace {

using namespace onnx_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string floats(const std::vector<float>& values) {
  std::string raw(values.size() * 4, '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return raw;
}

std::string weight(std::string_view name, const Dims& dims) {
  std::vector<float> values;
  std::int64_t count = 1;
  for (const auto extent : dims) count *= extent;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(0.25F + static_cast<float>(i));
  return initializer(tensor(name, dims, floats(values)));
}

std::string ones(std::string_view name, std::size_t count) {
  return initializer(
      tensor(name, {static_cast<std::int64_t>(count)}, floats(std::vector<float>(count, 1))));
}

std::string note(std::string_view key, std::string_view value) {
  return text(1, key) + text(2, value);
}

// What the newer exporter notes of a call, and of the module that it is in.
std::string call(const std::string& target, const std::string& arguments,
                 const std::string& scope = "") {
  return text(9, note("pkg.torch.onnx.name_scopes", "['', '" + scope + "', 'y']")) +
         text(9, note("pkg.torch.onnx.fx_node", "%y : = call_function[target=torch.ops." + target +
                                                    "](args = (" + arguments + "), kwargs = {})"));
}

// The parameters of a module, as that exporter lists them.
std::string signature(const std::vector<std::string>& parameters) {
  std::string lines = "\n# inputs\n";
  for (const auto& parameter : parameters) {
    std::string called = "p_" + parameter;
    std::replace(called.begin(), called.end(), '.', '_');
    lines += called + ": PARAMETER target='" + parameter + "'\n";
  }
  return text(16, note("pkg.torch.export.ExportedProgram.graph_signature", lines));
}

Network read(const std::string& graph, const Dims& shape, std::int64_t opset = 17,
             std::vector<std::string>* warnings = nullptr) {
  ReadOptions options;
  options.warnings = warnings;
  const Network net =
      network_from_onnx(model(graph + input("x", shape) + output("y"), opset), "net", options);
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
  return net;
}

std::string complaint(const std::string& graph, const Dims& shape, std::int64_t opset = 17) {
  try {
    read(graph, shape, opset);
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

constexpr auto kLinear = "aten.linear.default";
constexpr auto kAdd = "aten.add.Tensor";

TEST(OnnxExports, CountATensorOfTwoRolesOnce) {
  const auto added = [](const std::string& in) { return node("Add", {in, "b"}, in + "b"); };
  const std::string weights = weight("b", {4}) + weight("w", {4, 4});
  // Of the input and a product, by a name and by a note.
  EXPECT_EQ(
      read(weights + added("x") + node("MatMul", {"xb", "w"}, "h") + node("Add", {"h", "b"}, "y"),
           {1, 4})
          .parameters(),
      20);
  EXPECT_EQ(read(weights + signature({"b", "w"}) +
                     node("Sub", {"x", "b"}, "s", call("aten.sub.Tensor", "%x, %p_b")) +
                     node("Gemm", {"s", "w"}, "h", call(kLinear, "%s, %p_w")) +
                     node("Add", {"h", "b"}, "y", call(kAdd, "%h, %p_b")),
                 {1, 4})
                .parameters(),
            20);
  EXPECT_EQ(
      read(weights + node("Sub", {"x", "b"}, "s") + node("Gemm", {"s", "w", "b"}, "y"), {1, 4})
          .parameters(),
      20);
  // A factor that something is divided by, and one that is also a bias.
  EXPECT_EQ(read(weights + node("Mul", {"x", "b"}, "s") + node("Div", {"s", "b"}, "y"), {1, 4})
                .parameters(),
            4);
  const Network net = read(weights + node("Mul", {"x", "b"}, "s") +
                               node("MatMul", {"s", "w"}, "h") + node("Add", {"h", "b"}, "y"),
                           {1, 4});
  EXPECT_EQ(net.parameters(), 20);
  EXPECT_EQ(count(net).total.macs, 16);
}

TEST(OnnxExports, GiveANormWithoutWeightsNone) {
  const std::string statistics = initializer(tensor("m", {4})) + ones("v", 4);
  const auto norm = [](const std::string& in, const std::string& out, const std::string& given) {
    return node("BatchNormalization", {in, "a.weight", "a.bias", "m", "v"}, out,
                call("aten._native_batch_norm_legit_no_training.default",
                     "%" + in + ", " + given + ", %b_m, %b_v, 0.1, 1e-05"));
  };
  const std::string weights = statistics + ones("a.weight", 4) + initializer(tensor("a.bias", {4}));
  EXPECT_EQ(read(weights + norm("x", "h", "%p_a_weight, %p_a_bias") + norm("h", "y", "None, None"),
                 {1, 4, 3, 3})
                .parameters(),
            8);
  EXPECT_EQ(read(weights + norm("x", "y", "None, None"), {1, 4, 3, 3}).parameters(), 0);
  EXPECT_EQ(read(ones("a.weight", 4) + node("LayerNormalization", {"x", "a.weight"}, "y",
                                            call("aten.layer_norm.default", "%x, [4], None, None")),
                 {1, 4})
                .parameters(),
            0);
  // A group norm that is written as an instance norm, a product and a sum.
  const auto grouped = call("aten.group_norm.default", "%x, 2, None, None");
  EXPECT_EQ(
      read(
          ones("val_1", 2) + initializer(tensor("val_2", {2})) +
              initializer(integers("to", {0, 2, -1})) +
              initializer(integers("back", {0, 4, 3, 3})) +
              initializer(tensor("val_3", {4, 1, 1}, floats({1, 1, 1, 1}))) +
              initializer(tensor("val_4", {4, 1, 1})) + node("Reshape", {"x", "to"}, "a", grouped) +
              node("InstanceNormalization", {"a", "val_1", "val_2"}, "b", grouped) +
              node("Reshape", {"b", "back"}, "c", grouped) +
              node("Mul", {"c", "val_3"}, "d", grouped) + node("Add", {"d", "val_4"}, "y", grouped),
          {1, 4, 3, 3})
          .parameters(),
      0);
}

// Zeros of two modules are one initializer, and split once.
TEST(OnnxExports, TellSplitBiasesApartByTheModulesThatTakeThem) {
  const auto attention = [](const std::string& second) {
    return read(signature({"a.in_bias", "a.w", "b.in_bias", "b.w"}) + weight("a.w", {4, 4}) +
                    weight("b.w", {4, 4}) + initializer(tensor("a.in_bias", {8})) +
                    initializer(integers("val_0", {4, 4})) +
                    text(1, text(1, "a.in_bias") + text(1, "val_0") + text(2, "s0") +
                                text(2, "s1") + text(3, "split") + text(4, "Split")) +
                    node("MatMul", {"x", "a.w"}, "g", call(kLinear, "%x, %p_a_w", "a")) +
                    node("Add", {"g", "s0"}, "h", call(kLinear, "%x, %getitem", "a")) +
                    node("MatMul", {"h", "b.w"}, "i", call(kLinear, "%h, %p_b_w", second)) +
                    node("Add", {"i", "s1"}, "y", call(kLinear, "%h, %getitem_3", second)),
                {1, 4})
        .parameters();
  };
  EXPECT_EQ(attention("b"), 16 + 16 + 8 + 8);
  EXPECT_EQ(attention("a"), 16 + 16 + 8);
  EXPECT_EQ(attention("c"), 16 + 16 + 8);  // a module that has no such parameter
}

// A layer that runs as two is one: its calls name the parameters of the last.
TEST(OnnxExports, LeaveTheSplitBiasesOfATiedModule) {
  std::vector<std::string> warnings;
  const Network net =
      read(signature({"a.in_bias", "a.w", "b.in_bias", "b.w"}) + weight("b.w", {4, 4}) +
               initializer(tensor("b.in_bias", {8})) + initializer(integers("val_0", {4, 4})) +
               text(1, text(1, "b.in_bias") + text(1, "val_0") + text(2, "s0") + text(2, "s1") +
                           text(3, "split") + text(4, "Split")) +
               node("Gemm", {"x", "b.w"}, "g", call(kLinear, "%x, %p_b_w", "a")) +
               node("Add", {"g", "s0"}, "h", call(kLinear, "%x, %getitem", "a")) +
               node("Gemm", {"h", "b.w"}, "i", call(kLinear, "%h, %p_b_w", "b")) +
               node("Add", {"i", "s1"}, "y", call(kLinear, "%h, %getitem_3", "b")),
           {1, 4}, 17, &warnings);
  EXPECT_EQ(net.parameters(), 16 + 8);
  EXPECT_THAT(warnings, ElementsAre());
}

TEST(OnnxExports, KnowAFreshModuleThatRunsAgain) {
  const auto rectified = [](const std::string& copy, const std::string& second,
                            const std::string& name) {
    return read(ones("onnx::PRelu_7", 4) + node("Identity", {"onnx::PRelu_7"}, copy) +
                    node("PRelu", {"x", "onnx::PRelu_7"}, "h", text(3, "/n/PRelu")) +
                    node("PRelu", {"h", name}, "y", text(3, second)),
                {1, 4})
        .parameters();
  };
  EXPECT_EQ(rectified("onnx::PRelu_8", "/n_1/PRelu", "onnx::PRelu_8"), 4);
  EXPECT_EQ(rectified("onnx::PRelu_8", "/m/PRelu", "onnx::PRelu_8"), 8);
  EXPECT_EQ(rectified("n_1.weight", "/n_1/PRelu", "n_1.weight"), 8);
}

TEST(OnnxExports, ReadAGuardedSoftplus) {
  const std::string limit = initializer(tensor("limit", {}, floats({20})));
  const auto guarded = [&](const std::string& compared) {
    return limit + node("Softplus", {"x"}, "s") + node("Greater", {compared, "limit"}, "g") +
           node("Where", {"g", "x", "s"}, "y");
  };
  const Network net = read(guarded("x"), {1, 4});
  EXPECT_EQ(net.nodes().size(), 2U);
  EXPECT_EQ(std::get<Activation>(net[1].layer).function, Function::softplus);
  // A choice of another kind stays one that is not supported.
  EXPECT_THAT(complaint(guarded("s"), {1, 4}), HasSubstr("node 'the_g' (Greater)"));
}

// The factors of a softplus, say: numbers of the code, which no parameter is.
TEST(OnnxExports, LearnNoNumberThatIsNoParameter) {
  const std::string scaled = weight("beta_cast", {}) + weight("w", {4, 4}) +
                             node("Mul", {"x", "beta_cast"}, "h") + node("MatMul", {"h", "w"}, "y");
  EXPECT_EQ(read(scaled + signature({"w"}), {1, 4}).parameters(), 16);
  EXPECT_EQ(read(scaled + signature({"w", "beta_cast"}), {1, 4}).parameters(), 17);
  EXPECT_EQ(read(scaled, {1, 4}).parameters(), 17);
  // What a parameter was folded to.
  EXPECT_EQ(read(scaled + signature({"w", "beta"}), {1, 4}).parameters(), 17);
}

TEST(OnnxExports, ReadANormalisation) {
  const Network net = read(initializer(integers("axes", {-1})) +
                               node("ReduceL2", {"x", "axes"}, "n", attribute("keepdims", 1)) +
                               node("Div", {"x", "n"}, "y"),
                           {1, 4}, 18);
  EXPECT_EQ(net.output_shape(), Shape{4});
  EXPECT_EQ(std::get<Reduce>(net[2].layer).reduction, Reduction::sum);
  EXPECT_EQ(std::get<Activation>(net[3].layer).function, Function::sqrt);
}

TEST(OnnxExports, WarnOfParametersThatTheFileLost) {
  std::vector<std::string> warnings;
  read(signature({"w", "table"}) + weight("w", {4, 4}) + weight("val_1", {4}) +
           node("MatMul", {"x", "w"}, "h") + node("Add", {"h", "val_1"}, "y"),
       {1, 4}, 17, &warnings);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("1 parameter that no operation of the file takes, "
                                              "as 'table'")));
  warnings.clear();
  read(weight("onnx::Add_7", {3, 4}) + node("Add", {"x", "onnx::Add_7"}, "y"), {1, 3, 4}, 17,
       &warnings);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("'onnx::Add_7' of 3x4 is counted as learned")));
  warnings.clear();
  read(weight("onnx::Add_7", {3, 1}) + node("Add", {"x", "onnx::Add_7"}, "y"), {1, 3, 4}, 17,
       &warnings);
  read(weight("place", {3, 4}) + node("Add", {"x", "place"}, "y"), {1, 3, 4}, 17, &warnings);
  EXPECT_THAT(warnings, ElementsAre());
}

TEST(OnnxExports, SayThatABatchMayBeInAConstant) {
  const auto sum = [](std::int64_t batch) {
    return complaint(weight("q", {batch, 5, 4}) + node("Add", {"x", "q"}, "y"), {batch, 3, 4});
  };
  EXPECT_THAT(sum(2), HasSubstr("exported for a batch of 2, which its constants may have"));
  EXPECT_THAT(sum(1), ::testing::Not(HasSubstr("exported for a batch")));
}

TEST(OnnxExports, RefuseATensorMadeTwice) {
  EXPECT_THAT(complaint(node("Relu", {"x"}, "y") + node("Tanh", {"x"}, "y"), {1, 4}),
              HasSubstr("node 'the_y' (Tanh): makes 'y', which is there already"));
  EXPECT_THAT(complaint(weight("w", {4}) + weight("w", {4}) + node("Add", {"x", "w"}, "y"), {1, 4}),
              HasSubstr("weight 'w' is there twice"));
}

TEST(OnnxExports, RefuseEqualPartsThatAreNot) {
  const auto halves = text(1, text(1, "x") + text(2, "y") + text(2, "z") + text(3, "cut") +
                                  text(4, "Split") + attribute("axis", 1));
  EXPECT_THAT(complaint(halves, {1, 5, 3}, 13), HasSubstr("(Split): 2 equal parts of 5"));
  EXPECT_EQ(read(halves, {1, 6, 3}, 13).output_shape(), (Shape{3, 3}));
  EXPECT_EQ(read(halves, {1, 5, 3}, 18).output_shape(), (Shape{3, 3}));
}

TEST(OnnxExports, ReadNamesThatAreNoText) {
  const Network net = read(weight("a\xff.weight", {4, 4}) + weight("\xc3\xa9.weight", {4, 4}) +
                               node("MatMul", {"x", "a\xff.weight"}, "h\xe2\x82") +
                               node("MatMul", {"h\xe2\x82", "\xc3\xa9.weight"}, "y"),
                           {1, 4});
  EXPECT_EQ(net[1].name, "a?");
  EXPECT_EQ(net[2].name, "\xc3\xa9");
}

}  // namespace
}  // namespace erg
