// SPDX-License-Identifier: Apache-2.0
#include "erg/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_THAT(
      complaint(open, {Shape{3, 4}, {}}),
      HasSubstr("input 'x' is freex3xfreex8 with its batch: an example has 3 axes, got 3x4"));
}

TEST(Onnx, NamesWhatItCannotRead) {
  const auto graph = [](const std::string& nodes) {
    return model(nodes + input("x", {1, 3, 8, 8}) + output("y"));
  };
  EXPECT_EQ(complaint(graph(node("NonMaxSuppression", {"x"}, "y"))),
            "net.onnx: node 'the_y' (NonMaxSuppression): this operator is not supported");
  EXPECT_THAT(
      complaint(graph(node("Relu", {"z"}, "y") + node("Relu", {"y"}, "z"))),
      HasSubstr("takes 'z', which nothing before it makes: a node after it does, so the graph "
                "has a cycle or is not sorted"));
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
      initializer(onnx_bytes::claim("w", {std::int64_t{1} << 40, std::int64_t{1} << 40}));
  EXPECT_THAT(
      complaint(model(weight + node("MatMul", {"x", "w"}, "y") + input("x", {1, 4}) + output("y"))),
      HasSubstr("weight 'w' has no such shape"));
  const auto with = [](const std::string& w) {
    return model(initializer(w) + node("Conv", {"x", "w"}, "y") + input("x", {1, 3, 8, 8}) +
                 output("y"));
  };
  const Dims dims{500'000'000, 3, 1, 1};
  EXPECT_EQ(complaint(with(onnx_bytes::claim("w", dims))),
            "net.onnx: weight 'w' claims 500000000x3x1x1, 1500000000 numbers, and holds 0");
  EXPECT_THAT(complaint(with(onnx_bytes::claim("w", dims) + text(9, std::string(40, 'x')))),
              HasSubstr("holds 40 bytes, those of 10"));
  EXPECT_THAT(complaint(with(onnx_bytes::claim("w", dims) + text(4, std::string(40, 'x')))),
              HasSubstr("and holds 10"));
  EXPECT_EQ(network_from_onnx(
                with(onnx_bytes::claim("w", {2, 3, 1, 1}) + text(4, std::string(24, '\0'))), "net")
                .parameters(),
            6);
  EXPECT_THAT(
      complaint(model(node("Relu", {"x"}, "y") +
                      input("x", {1, std::int64_t{1} << 40, std::int64_t{1} << 40}) + output("y"))),
      HasSubstr("net.onnx: input 'x' of 1099511627776x1099511627776 has too many"));
  EXPECT_THAT(complaint(""), HasSubstr("holds no graph"));
  EXPECT_THAT(complaint("no ONNX at all, just text"), HasSubstr("net.onnx: "));
}

// Each constant is small; together they are not.
TEST(Onnx, RefusesConstantsThatAreTooManyInAll) {
  std::string graph = initializer(integers("shape", {16384}));
  for (int i = 0; i < 1100; ++i) {
    graph += node("ConstantOfShape", {"shape"}, "c" + std::to_string(i));
  }
  EXPECT_THAT(complaint(model(graph + node("Relu", {"x"}, "y") + input("x", {1, 4}) + output("y"))),
              HasSubstr("more than 16777216 numbers in all"));
}

TEST(Onnx, BindsFreeExtentsOfLaterInputs) {
  const std::string bytes =
      model(node("Add", {"x", "z"}, "y") + open_input("x", {"batch", "seq", "4"}) +
            open_input("z", {"batch", "seq", "4"}) + output("y"));
  const Network net = network_from_onnx(bytes, "net", {Shape{12, 4}, {}});
  ASSERT_EQ(net.inputs().size(), 2u);
  EXPECT_EQ(net.shapes()[net.inputs()[1]], (Shape{12, 4}));
  EXPECT_EQ(count(net).inputs.size(), 2u);
  EXPECT_THAT(complaint(bytes), HasSubstr("leaves its extent 'seq' open"));
}

TEST(Onnx, TakesAFreeBatchWhereverItIs) {
  const Network length_first =
      network_from_onnx(model(initializer(tensor("w", {16, 3})) + node("MatMul", {"x", "w"}, "y") +
                              open_input("x", {"6", "b", "16"}) + output("y")),
                        "net");
  EXPECT_EQ(length_first.input_shape(), (Shape{6, 16}));
  EXPECT_EQ(length_first.output_shape(), (Shape{6, 3}));
  const Network across = network_from_onnx(
      model(initializer(integers("axes", {0})) + node("ReduceSum", {"x", "axes"}, "y") +
            open_input("x", {"rows", "4"}) + output("y")),
      "net");
  EXPECT_EQ(across.input_shape(), (Shape{1, 4}));
  const Network token =
      network_from_onnx(model(initializer(tensor("t", {10, 4})) + node("Gather", {"t", "x"}, "y") +
                              open_input("x", {"b"}, 7) + output("y")),
                        "net");
  EXPECT_EQ(token.parameters(), 40);
  EXPECT_EQ(token.input_shape(), Shape{1});
}

TEST(Onnx, CountsNoBufferAsLearned) {
  const std::string note =
      text(16, text(1, "pkg.torch.export.ExportedProgram.graph_signature") +
                   text(2, "b_w: BUFFER target='w' persistent=True\nb_k: BUFFER target='k'"));
  const Network net = network_from_onnx(
      model(initializer(tensor("k", {3, 3, 1, 1})) + initializer(tensor("w", {8, 5})) +
            initializer(tensor("fc.weight", {5, 2})) + node("Conv", {"x", "k"}, "c") +
            node("MatMul", {"c", "w"}, "m") + node("MatMul", {"m", "fc.weight"}, "y") +
            input("x", {1, 3, 8, 8}) + output("y") + note),
      "net");
  const auto total = count(net).total;
  EXPECT_EQ(total.parameters, 10);
  EXPECT_EQ(total.macs, 3 * 3 * 64 + 24 * 8 * 5 + 24 * 5 * 2);
  // Nothing before the last layer learns, and nothing fixed has a gradient.
  EXPECT_EQ(total.backward_macs, 24 * 5 * 2);
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
}

TEST(Onnx, SharesATiedWeightAndNotItsBias) {
  const auto with_biases = [](const std::string& first, const std::string& second) {
    return network_from_onnx(
        model(initializer(tensor("a.weight", {4, 4})) + initializer(tensor("a.bias", {4})) +
              initializer(tensor("b.bias", {4})) + node("Gemm", {"x", "a.weight", first}, "h") +
              node("Relu", {"h"}, "r") + node("Gemm", {"r", "a.weight", second}, "y") +
              input("x", {1, 4}) + output("y")),
        "net");
  };
  const Network net = with_biases("a.bias", "b.bias");
  EXPECT_EQ(net.parameters(), 24);
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
  EXPECT_EQ(with_biases("a.bias", "a.bias").parameters(), 20);
}

TEST(Onnx, SaysWhichPartsOfAConvolutionDoNotFit) {
  const auto transposed = [](const Dims& weight, const std::string& attributes, std::int64_t bias) {
    return complaint(model(initializer(tensor("w", weight)) + initializer(tensor("b", {bias})) +
                           node("ConvTranspose", {"x", "w", "b"}, "y", attributes) +
                           input("x", {1, 3, 8, 8}) + output("y")));
  };
  EXPECT_THAT(transposed({4, 2, 2, 2}, "", 2), HasSubstr("wanted 4 channels, got 3"));
  EXPECT_THAT(transposed({3, 2, 2, 2}, "", 5), HasSubstr("a bias of 5 for 2 channels"));
  EXPECT_THAT(transposed({3, 2, 2, 2}, attribute("output_padding", Dims{1, 1}), 2),
              HasSubstr("output_padding of 1x1 is not smaller"));
  EXPECT_EQ(transposed({3, 2, 2, 2}, "", 2), "nothing was thrown");
}

TEST(Onnx, SaysWhatIsMissingOrNotTested) {
  const std::string graph = text(7, node("Relu", {"x"}, "y") + input("x", {1, 4}) + output("y"));
  EXPECT_THAT(complaint(number(1, 8) + graph), HasSubstr("opset_import is missing"));
  EXPECT_THAT(complaint(model(node("Foo", {"x"}, "y") + input("x", {1, 4}) + output("y"), 25)),
              HasSubstr("not supported (opset 25; 11 to 20 are tested)"));
}

}  // namespace
}  // namespace erg
