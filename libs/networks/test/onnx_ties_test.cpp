// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "erg/count.h"
#include "erg/onnx.h"
#include "onnx_bytes.h"

// Which layers have one weight, and which only began with the same numbers.
namespace erg {
namespace {

using namespace onnx_bytes;

// Numbers that differ, as those of a weight do.
std::string numbers(std::size_t count, float first = 0.25F) {
  std::string raw;
  for (std::size_t i = 0; i < count; ++i) {
    const float value = first + static_cast<float>(i);
    raw.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  return raw;
}

std::string weight(std::string_view name, const Dims& dims) {
  std::size_t count = 1;
  for (const auto extent : dims) count *= static_cast<std::size_t>(extent);
  return initializer(tensor(name, dims, numbers(count)));
}

// What PyTorch's older exporter calls an operation: the path of its module.
std::string path(const std::string& name) { return text(3, name); }

// What its newer one notes: the module, and the call with the parameters among its arguments.
std::string noted(const std::string& module, const std::string& call,
                  const std::string& parameters) {
  return text(9,
              text(1, "pkg.torch.onnx.name_scopes") + text(2, "['', '" + module + "', 'linear']")) +
         text(9, text(1, "pkg.torch.onnx.fx_node") +
                     text(2, "%y : [num_users=1] = call_function[target=torch.ops." + call +
                                 ".default](args = (%x, " + parameters + "), kwargs = {})"));
}

Network read(const std::string& graph, const Dims& shape = {1, 4}) {
  const Network net = network_from_onnx(model(graph + input("x", shape) + output("y")), "net");
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
  return net;
}

std::int64_t parameters(const std::string& graph, const Dims& shape = {1, 4}) {
  const Network net = read(graph, shape);
  EXPECT_EQ(count(net).total.parameters, static_cast<std::uint64_t>(net.parameters()));
  return net.parameters();
}

constexpr auto kLinear = "aten.linear";

TEST(OnnxTies, FollowTheParametersThatTheExporterNoted) {
  const auto two_layers = [](const std::string& a, const std::string& b) {
    return parameters(weight("val_0", {4, 4}) +
                      node("MatMul", {"x", "val_0"}, "h", noted("a", kLinear, a)) +
                      node("MatMul", {"h", "val_0"}, "y", noted("b", kLinear, b)));
  };
  EXPECT_EQ(two_layers("%p_b_weight", "%p_b_weight"), 16);
  EXPECT_EQ(two_layers("%p_a_weight", "%p_b_weight"), 32);
}

TEST(OnnxTies, NeedNoBiasesToBeSeen) {
  const auto gemms = [](const std::string& biases, const std::vector<std::string>& first,
                        const std::vector<std::string>& second) {
    std::vector<std::string> a{"x", "b.weight"}, b{"h", "b.weight"};
    a.insert(a.end(), first.begin(), first.end());
    b.insert(b.end(), second.begin(), second.end());
    const auto scope = [](const std::string& module) {
      return text(9, text(1, "pkg.torch.onnx.name_scopes") + text(2, "['', '" + module + "', '']"));
    };
    return parameters(weight("b.weight", {4, 4}) + biases + node("Gemm", a, "h", scope("a")) +
                      node("Gemm", b, "y", scope("b")));
  };
  const std::string learned = weight("a.bias", {4});
  const std::string zero = initializer(tensor("zero.bias", {4}));
  EXPECT_EQ(gemms("", {}, {}), 16);
  EXPECT_EQ(gemms(learned, {"a.bias"}, {}), 20);
  EXPECT_EQ(gemms(learned, {}, {"a.bias"}), 20);
  EXPECT_EQ(gemms(learned + zero, {"a.bias"}, {"zero.bias"}), 24);
  EXPECT_EQ(gemms(zero, {"zero.bias"}, {}), 20);
  // Fresh copies of one layer are equal in everything.
  EXPECT_EQ(gemms(learned, {"a.bias"}, {"a.bias"}), 40);
}

TEST(OnnxTies, LookThroughTheCopiesOfTheOlderExporter) {
  const auto products = [](const std::string& copies, const std::string& first,
                           const std::string& second, const std::string& name) {
    return parameters(weight("onnx::MatMul_7", {4, 4}) + copies +
                      node("MatMul", {"x", "onnx::MatMul_7"}, "h", path(first)) +
                      node("MatMul", {"h", name}, "y", path(second)));
  };
  const std::string copy = node("Identity", {"onnx::MatMul_7"}, "onnx::MatMul_8");
  EXPECT_EQ(products(copy, "/a/MatMul", "/b/MatMul", "onnx::MatMul_8"), 16);
  EXPECT_EQ(products(copy, "/a/MatMul", "/a_1/MatMul", "onnx::MatMul_8"), 16);
  // A parameter that kept its name is one of its own.
  EXPECT_EQ(products(node("Identity", {"onnx::MatMul_7"}, "b.weight"), "/a/MatMul", "/b/MatMul",
                     "b.weight"),
            32);
}

TEST(OnnxTies, TakeClonedLayersForLayers) {
  const auto block = [](const std::string& in, const std::string& out, const std::string& module,
                        const std::string& up, const std::string& down) {
    return node("MatMul", {in, up}, out + "u", path("/layers." + module + "/up/MatMul")) +
           node("MatMul", {out + "u", down}, out, path("/layers." + module + "/down/MatMul"));
  };
  EXPECT_EQ(parameters(weight("onnx::MatMul_1", {4, 8}) + weight("onnx::MatMul_2", {8, 4}) +
                       node("Identity", {"onnx::MatMul_1"}, "onnx::MatMul_3") +
                       node("Identity", {"onnx::MatMul_2"}, "onnx::MatMul_4") +
                       node("Identity", {"onnx::MatMul_1"}, "onnx::MatMul_5") +
                       node("Identity", {"onnx::MatMul_2"}, "onnx::MatMul_6") +
                       block("x", "h", "0", "onnx::MatMul_1", "onnx::MatMul_2") +
                       block("h", "g", "1", "onnx::MatMul_3", "onnx::MatMul_4") +
                       block("g", "y", "2", "onnx::MatMul_5", "onnx::MatMul_6")),
            3 * 64);
}

// Names that look like a second run of one module.
TEST(OnnxTies, TellAModuleRunAgainFromAClone) {
  const auto layers = [](const std::string& copy, const std::string& bias) {
    return parameters(weight("onnx::MatMul_1", {4, 4}) + weight("fc.bias", {4}) +
                      node("Identity", {"onnx::MatMul_1"}, "onnx::MatMul_2") + copy +
                      node("MatMul", {"x", "onnx::MatMul_1"}, "h", path("/fc/MatMul")) +
                      node("Add", {"fc.bias", "h"}, "i", path("/fc/Add")) +
                      node("MatMul", {"i", "onnx::MatMul_2"}, "j", path("/fc_1/MatMul")) +
                      node("Add", {bias, "j"}, "y", path("/fc_1/Add")));
  };
  EXPECT_EQ(layers("", "fc.bias"), 20);
  EXPECT_EQ(layers(node("Identity", {"fc.bias"}, "fc_1.bias"), "fc_1.bias"), 40);
}

TEST(OnnxTies, OfOnesAndZerosAreChance) {
  const auto scope = [](const std::string& module) {
    return text(9, text(1, "pkg.torch.onnx.name_scopes") + text(2, "['', '" + module + "', '']"));
  };
  EXPECT_EQ(parameters(initializer(tensor("val_0", {4, 4})) +
                       node("MatMul", {"x", "val_0"}, "h", scope("a")) +
                       node("MatMul", {"h", "val_0"}, "y", scope("b"))),
            32);
}

TEST(OnnxTies, CrossKindsOfLayers) {
  const Network net =
      read(weight("c.weight", {8, 4, 3, 3}) + weight("c.bias", {8}) + weight("t.bias", {4}) +
               node("Conv", {"x", "c.weight", "c.bias"}, "h") +
               node("ConvTranspose", {"h", "c.weight", "t.bias"}, "y"),
           {1, 4, 8, 8});
  EXPECT_EQ(net.parameters(), 8 * 4 * 9 + 8 + 4);
  EXPECT_EQ(net[2].shared, std::vector<std::string>{"weight"});
}

// An autoencoder that goes back by the same matrix; exporters write it down a second time, turned.
TEST(OnnxTies, KnowAMatrixTurned) {
  std::string turned(4 * 6 * 4, '\0');
  const std::string whole = numbers(24);
  for (std::size_t i = 0; i < 24; ++i) {
    std::memcpy(turned.data() + ((i % 4) * 6 + i / 4) * 4, whole.data() + i * 4, 4);
  }
  const std::string graph = weight("w", {6, 4}) + initializer(tensor("t", {4, 6}, turned)) +
                            node("MatMul", {"x", "t"}, "h") + node("MatMul", {"h", "w"}, "y");
  EXPECT_EQ(parameters(graph), 24);
}

TEST(OnnxTies, CountATiedHeadOnce) {
  std::string table;
  std::string turned(6 * 4 * 4, '\0');
  for (std::size_t i = 0; i < 24; ++i) {
    const auto value = static_cast<float>(i) + 0.5F;
    table.append(reinterpret_cast<const char*>(&value), 4);
    std::memcpy(turned.data() + ((i % 4) * 6 + i / 4) * 4, &value, 4);
  }
  const auto with_head = [&](const std::string& head) {
    return network_from_onnx(
        model(initializer(tensor("tokens.weight", {6, 4}, table)) +
              initializer(tensor("onnx::MatMul_7", {4, 6}, head)) +
              node("Gather", {"tokens.weight", "x"}, "e") +
              node("MatMul", {"e", "onnx::MatMul_7"}, "y") + input("x", {1, 5}, 7) + output("y")),
        "net.onnx");
  };
  EXPECT_EQ(with_head(turned).parameters(), 24);
  EXPECT_EQ(std::get<Input>(with_head(turned)[0].layer).vocabulary, 6);
  turned[5] = 'x';
  EXPECT_EQ(with_head(turned).parameters(), 48);
}

TEST(OnnxTies, GiveBackABiasThatWasLeftOut) {
  const auto layer = [](const std::string& call, const std::string& noted_parameters) {
    return parameters(weight("a.weight", {4, 4}) +
                      node("MatMul", {"x", "a.weight"}, "y", noted("a", call, noted_parameters)));
  };
  EXPECT_EQ(layer(kLinear, "%p_a_weight, %p_a_bias"), 20);
  EXPECT_EQ(layer(kLinear, "%p_a_weight"), 16);
  EXPECT_EQ(layer("aten.matmul", "%p_a_weight, %p_a_bias"), 16);
}

}  // namespace
}  // namespace erg
