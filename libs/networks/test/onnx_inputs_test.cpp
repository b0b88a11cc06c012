// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "erg/count.h"
#include "erg/onnx.h"
#include "onnx_bytes.h"

namespace erg {
namespace {

using namespace onnx_bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string complaint(const std::string& bytes, const ReadOptions& options) {
  try {
    network_from_onnx(bytes, "net.onnx", options);
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

ReadOptions shapes(std::vector<InputShape> inputs) {
  ReadOptions options;
  options.inputs = std::move(inputs);
  return options;
}

TEST(OnnxInputs, HaveShapesByNameOrInOrder) {
  const std::string bytes =
      model(initializer(tensor("w", {4, 3})) + node("MatMul", {"a", "w"}, "p") +
            node("Add", {"p", "b"}, "y") + open_input("a", {"n", "la", "4"}) +
            open_input("b", {"n", "lb", "3"}) + output("y"));
  const auto of = [&](const ReadOptions& options) {
    return count(network_from_onnx(bytes, "net.onnx", options)).inputs;
  };
  const auto both = ElementsAre(Shape{7, 4}, Shape{7, 3});
  EXPECT_THAT(of(shapes({{"", {7, 4}}, {"", {7, 3}}})), both);
  EXPECT_THAT(of(shapes({{"b", {7, 3}}, {"a", {7, 4}}})), both);
  EXPECT_THAT(of(shapes({{"b", {7, 3}}, {"", {7, 4}}})), both);
  EXPECT_THAT(complaint(bytes, shapes({{"", {7, 4}}})), HasSubstr("leaves its extent 'lb' open"));
  EXPECT_EQ(complaint(bytes, shapes({{"mask", {7, 4}}})),
            "net.onnx: no input is called 'mask'; there are 'a', 'b'");
  EXPECT_THAT(complaint(bytes, shapes({{"a", {7, 4}}, {"a", {7, 4}}})), HasSubstr("two shapes"));
  EXPECT_THAT(complaint(bytes, shapes({{"", {1}}, {"", {1}}, {"", {1}}})),
              HasSubstr("3 shapes for 2 inputs"));
  EXPECT_THAT(complaint(bytes, shapes({{"a", {7, 4}}, {"b", {6, 3}}})),
              HasSubstr("do not fit together"));
}

// A user who gives a batch gets words, not a batch taken for a length.
TEST(OnnxInputs, AreOfOneExample) {
  const auto linear = [](const std::vector<std::string>& extents) {
    return model(initializer(tensor("w", {16, 3})) + node("MatMul", {"x", "w"}, "y") +
                 open_input("x", extents) + output("y"));
  };
  const ReadOptions eight = shapes({{"", {8, 16}}});
  EXPECT_EQ(complaint(linear({"1", "16"}), eight),
            "net.onnx: input 'x' is 1x16 with its batch: an example has 1 axis, got 8x16");
  EXPECT_THAT(complaint(linear({"4", "16"}), eight), HasSubstr("is 4x16 with its batch"));
  EXPECT_THAT(complaint(linear({"batch", "16"}), eight), HasSubstr("is batchx16 with its batch"));
  EXPECT_EQ(network_from_onnx(linear({"1", "16"}), "net", shapes({{"", {16}}})).output_shape(),
            Shape{3});
}

TEST(OnnxInputs, SaysThatAnOpsetIsNotTested) {
  const auto warnings_at = [](std::int64_t opset) {
    std::vector<std::string> warnings;
    ReadOptions options;
    options.warnings = &warnings;
    network_from_onnx(model(small_graph(), opset), "net.onnx", options);
    return warnings;
  };
  EXPECT_THAT(warnings_at(21), ElementsAre("net.onnx: opset 21 is newer than those tested, 11 to "
                                           "20: check the counts"));
  EXPECT_THAT(warnings_at(20), ElementsAre());
}

TEST(OnnxInputs, ArePaddedInEveryMode) {
  const auto padded = [](const std::string& mode, const Dims& pads) {
    return model(
        initializer(integers("pads", pads)) +
        node("Pad", {"x", "pads"}, "y", text(5, text(1, "mode") + text(4, mode) + number(20, 3))) +
        input("x", {1, 2, 4, 5}) + output("y"));
  };
  const Dims pads{0, 0, 1, 2, 0, 0, 3, 1};
  for (const auto& [word, mode] :
       std::vector<std::pair<std::string, PadMode>>{{"constant", PadMode::constant},
                                                    {"reflect", PadMode::reflect},
                                                    {"edge", PadMode::replicate},
                                                    {"wrap", PadMode::circular}}) {
    const Network net = network_from_onnx(padded(word, pads), "net");
    EXPECT_EQ(net.output_shape(), (Shape{2, 8, 8})) << word;
    EXPECT_EQ(std::get<Pad2d>(net[1].layer).mode, mode) << word;
    EXPECT_EQ(network_from_json(to_json(net), "text"), net) << word;
  }
  EXPECT_THAT(complaint(padded("mirror", pads), {}), HasSubstr("(Pad): padding by 'mirror'"));
  EXPECT_THAT(complaint(padded("reflect", {0, 0, 4, 0, 0, 0, 0, 0}), {}),
              HasSubstr("more padding than 2x4x5 has"));
}

TEST(OnnxInputs, AreResizedToMultiplesAndToSizes) {
  const auto resized = [](const Dims& shape, const Dims& sizes) {
    return network_from_onnx(
        model(initializer(integers("sizes", sizes)) + node("Resize", {"x", "", "", "sizes"}, "y") +
              input("x", shape) + output("y")),
        "net");
  };
  const Network twice = resized({1, 2, 4, 5}, {1, 2, 8, 10});
  EXPECT_EQ(std::get<Upsample2d>(twice[1].layer).factor, (Pair{2, 2}));
  const Network size = resized({1, 2, 4, 5}, {1, 2, 7, 3});
  EXPECT_EQ(size.output_shape(), (Shape{2, 7, 3}));
  EXPECT_EQ(network_from_json(to_json(size), "text"), size);
  EXPECT_EQ(resized({1, 2, 5}, {1, 2, 8}).output_shape(), (Shape{2, 8}));
  std::string factors(12, '\0');
  const float values[] = {1, 1, 0.7F};
  std::memcpy(factors.data(), values, sizeof values);
  const Network shorter = network_from_onnx(
      model(initializer(tensor("scales", {3}, factors)) + node("Resize", {"x", "", "scales"}, "y") +
            input("x", {1, 2, 10}) + output("y")),
      "net");
  EXPECT_EQ(shorter.output_shape(), (Shape{2, 7}));
}

}  // namespace
}  // namespace erg
