// SPDX-License-Identifier: Apache-2.0
#include "erg/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "erg/count.h"
#include "erg/testing/temp_tree.h"
#include "onnx_bytes.h"

namespace erg {
namespace {

using namespace onnx_bytes;
using ::testing::HasSubstr;

std::string complaint(const std::string& bytes, const ReadOptions& options = {}) {
  try {
    network_from_onnx(bytes, "net.onnx", options);
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Onnx, ReadsASmallNetwork) {
  const Network net = network_from_onnx(model(small_graph()), "net.onnx");
  EXPECT_EQ(net.input_shape(), (Shape{3, 8, 8}));
  EXPECT_EQ(net.output_shape(), Shape{5});
  const auto total = count(net).total;
  EXPECT_EQ(total.parameters, 8 * 27 + 8 + 5 * 8 + 5);
  EXPECT_EQ(total.macs, 8 * 27 * 4 * 4 + 5 * 8);
  EXPECT_TRUE(net.find("conv").has_value());
  EXPECT_TRUE(net.find("fc").has_value());
}

// The batch of the file is no axis of a Network, wherever it goes on the way.
TEST(Onnx, TakesTheBatchAway) {
  const auto with_batch = [](std::int64_t batch) {
    return model(initializer(tensor("w", {6, 4})) + node("MatMul", {"x", "w"}, "m") +
                 initializer(integers("heads", {5, batch * 2, 2})) +
                 node("Transpose", {"m"}, "t", attribute("perm", Dims{1, 0, 2})) +
                 node("Reshape", {"t", "heads"}, "h") +
                 node("Transpose", {"h"}, "q", attribute("perm", Dims{1, 0, 2})) +
                 node("Transpose", {"h"}, "k", attribute("perm", Dims{1, 2, 0})) +
                 node("MatMul", {"q", "k"}, "y") + input("x", {batch, 5, 6}) + output("y"));
  };
  for (const std::int64_t batch : {1, 3}) {
    const Network net = network_from_onnx(with_batch(batch), "net.onnx");
    EXPECT_EQ(net.input_shape(), (Shape{5, 6})) << batch;
    EXPECT_EQ(net.output_shape(), (Shape{2, 5, 5})) << batch;
    EXPECT_EQ(count(net).total.attention_macs, 2 * 5 * 5 * 2) << batch;
  }
}

TEST(Onnx, SharesAWeightUsedTwice) {
  const Network net =
      network_from_onnx(model(initializer(tensor("w", {4, 4})) + node("MatMul", {"x", "w"}, "a") +
                              node("MatMul", {"a", "w"}, "y") + input("x", {1, 4}) + output("y")),
                        "net.onnx");
  const auto total = count(net).total;
  EXPECT_EQ(total.parameters, 16);
  EXPECT_EQ(total.macs, 32);
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
}

TEST(Onnx, CountsATiedHeadOnce) {
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

TEST(Onnx, PutsBackTogetherWhatAnExportTookApart) {
  const auto number_of = [](float value) {
    return std::string{reinterpret_cast<const char*>(&value), 4};
  };
  const Network net =
      network_from_onnx(model(initializer(tensor("onnx::root", {}, number_of(1.41421356F))) +
                              initializer(tensor("onnx::one", {}, number_of(1))) +
                              initializer(tensor("onnx::half", {}, number_of(0.5F))) +
                              node("Div", {"x", "onnx::root"}, "a") + node("Erf", {"a"}, "b") +
                              node("Add", {"b", "onnx::one"}, "c") + node("Mul", {"x", "c"}, "d") +
                              node("Mul", {"d", "onnx::half"}, "e") + node("Sigmoid", {"e"}, "s") +
                              node("Mul", {"e", "s"}, "y") + input("x", {1, 4}) + output("y")),
                        "net.onnx");
  ASSERT_EQ(net.size(), 3u);
  EXPECT_EQ(kind(net[1].layer), "GELU");
  EXPECT_EQ(kind(net[2].layer), "SiLU");
}

TEST(Onnx, FindsNumbersInAFileBesideTheModel) {
  testing::TempTree tree;
  const Dims dims{2, 2};
  std::string numbers(16, '\0');
  std::memcpy(numbers.data(), dims.data(), 16);
  const std::string shape = number(1, 2) + number(2, 7) + text(8, "shape") + number(14, 1) +
                            text(13, text(1, "location") + text(2, "net.data")) +
                            text(13, text(1, "offset") + text(2, "3"));
  const std::string bytes = model(initializer(shape) + node("Reshape", {"x", "shape"}, "y") +
                                  input("x", {2, 1, 2}) + output("y"));
  tree.write("net.onnx", bytes);
  tree.write("net.data", "abc" + numbers);
  EXPECT_EQ(load_network(tree.root() / "net.onnx").output_shape(), Shape{2});
  EXPECT_THAT(complaint(bytes), HasSubstr("input 1 depends on the data"));
}

TEST(Onnx, AsksForWhatTheFileLeavesOpen) {
  const std::string open = model(node("Relu", {"x"}, "y") + input("x", {0, 3, 0, 8}) + output("y"));
  EXPECT_THAT(complaint(open), HasSubstr("leaves its extent 'free' open"));
  const ReadOptions options{Shape{3, 4, 8}, {}};
  EXPECT_EQ(network_from_onnx(open, "net", options).output_shape(), (Shape{3, 4, 8}));
  EXPECT_THAT(complaint(open, {Shape{3, 4}, {}}), HasSubstr("has 3 axes an example, got 3x4"));
}

TEST(Onnx, NamesWhatItCannotRead) {
  const auto graph = [](const std::string& nodes) {
    return model(nodes + input("x", {1, 3, 8, 8}) + output("y"));
  };
  EXPECT_EQ(complaint(graph(node("NonMaxSuppression", {"x"}, "y"))),
            "net.onnx: node 'the_y' (NonMaxSuppression): this operator is not supported");
  EXPECT_THAT(complaint(graph(node("Relu", {"z"}, "y") + node("Relu", {"y"}, "z"))),
              HasSubstr("takes 'z', which nothing before it makes"));
  EXPECT_THAT(complaint(graph(node("Relu", {"x"}, "z"))),
              HasSubstr("output 'y' is made by no node"));
  EXPECT_THAT(complaint(model(small_graph(), 9)), HasSubstr("opset 9, wanted 11 or later"));
  EXPECT_THAT(
      complaint(graph(initializer(tensor("w", {8, 4, 3, 3})) +
                      node("Conv", {"x", "w"}, "y", attribute("kernel_shape", Dims{3, 3})))),
      HasSubstr("(Conv): wanted 4 channels, got 3 in 3x8x8"));
  EXPECT_THAT(complaint(model(
                  initializer(integers("axes", {0})) + node("GlobalAveragePool", {"x"}, "p") +
                  node("ReduceSum", {"p", "axes"}, "y") + input("x", {2, 3, 8, 8}) + output("y"))),
              HasSubstr("node 'the_y' (ReduceSum): works across the batch"));
}

// A tensor that every example shares has no axis of its own where the batch is.
TEST(Onnx, RefusesATensorThatDiffersAlongTheBatch) {
  const auto with_weight = [](const Dims& dims) {
    return model(initializer(tensor("w", dims)) + node("Add", {"x", "w"}, "y") +
                 input("x", {2, 3, 4}) + output("y"));
  };
  EXPECT_THAT(complaint(with_weight({5, 3, 4})), HasSubstr("works across the batch"));
  EXPECT_EQ(network_from_onnx(with_weight({1, 3, 4}), "net").parameters(), 12);
}

TEST(Onnx, RefusesAFileCutShortAtAnyByte) {
  const std::string whole = model(small_graph());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(complaint(whole.substr(0, size)), HasSubstr("net.onnx")) << size;
  }
}

TEST(Onnx, RefusesClaimsBeyondTheFile) {
  const std::string claim = varint((7 << 3) | 2) + varint(2'000'000'000);
  EXPECT_THAT(complaint(number(1, 8) + claim + std::string(1000, 'x')),
              HasSubstr("a field claims 2000000000 bytes where 1000 are left"));
  const std::string weight =
      initializer(tensor("w", {std::int64_t{1} << 40, std::int64_t{1} << 40}));
  EXPECT_THAT(
      complaint(model(weight + node("MatMul", {"x", "w"}, "y") + input("x", {1, 4}) + output("y"))),
      HasSubstr("weight 'w' has no such shape"));
  EXPECT_THAT(complaint(""), HasSubstr("holds no graph"));
  EXPECT_THAT(complaint("no ONNX at all, just text"), HasSubstr("net.onnx: "));
}

}  // namespace
}  // namespace erg
