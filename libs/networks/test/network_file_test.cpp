// SPDX-License-Identifier: Apache-2.0
#include "erg/network_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "erg/catalogue.h"
#include "erg/network_builder.h"
#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

std::string complaint(const std::string& text) {
  try {
    network_from_json(text, "net.json");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string file(const std::string& layers, const std::string& more = "") {
  return R"({"format": "erg-network", "version": 1, "name": "mine", "layers": [)" + layers + "]" +
         more + "}";
}

constexpr auto kInput = R"({"name": "x", "kind": "Input", "shape": [3, 8, 8]})";

TEST(NetworkFile, KeepsEveryNetworkOfTheCatalogue) {
  for (const auto& entry : catalogue()) {
    const Network network = make_network(entry.name);
    EXPECT_EQ(network_from_json(to_json(network), "text"), network) << entry.name;
  }
}

TEST(NetworkFile, KeepsEveryOptionOfEveryKindOfLayer) {
  NetworkBuilder net{"all", {{4, 12, 12}}};
  net.add(Conv2d{.out_channels = 8,
                 .kernel = {3, 5},
                 .stride = {1, 2},
                 .padding = {2, 1},
                 .dilation = {2, 1},
                 .groups = 4,
                 .bias = false});
  net.add(ConvTranspose2d{
      .out_channels = 6, .kernel = 3, .stride = 2, .padding = 1, .output_padding = 1, .groups = 2});
  net.add(GroupNorm{.groups = 3, .epsilon = 0.1 + 0.2})
      .add(LocalResponseNorm{.alpha = 0.3, .k = 2});
  net.add(PReLU{0}).add(Activation{Function::leaky_relu, 0.01}).add(Clamp{.low = -2.5});
  net.add(Affine{.scale = 1.0 / 3, .shift = -1e-12}).add(Pad2d{1, 2, 3, -1, 0.5});
  net.add(AvgPool2d{.kernel = 2, .ceil_mode = true, .count_include_pad = false});
  net.add(MaxPool2d{.kernel = 2, .stride = 1, .dilation = 2}).add(Upsample2d{{2, 3}, true, true});
  net.add(Scale{{6, 1, 1}, 1e-6}).add(BatchNorm{.epsilon = 1e-3, .momentum = 0.01});
  net.add(Reduce{Reduction::max, {1}, true}).add(Slice{2, 1, -1, 2}).add(Flatten{1});
  const auto flat = net.here();
  net.add(Conv1d{.out_channels = 2, .kernel = 3, .stride = 2, .padding = 1, .dilation = 1});
  net.add(Permute{{1, 0}}).add(Softmax{0, true}).add(Expand{{4, 1, 2}}).add(Reshape{{-1, 2}});
  net.from(flat).add(Select{0, -1}).add(Dropout{0.25}).add(StochasticDepth{0.125});
  net.add(Linear{.out_features = 4, .bias = false}).add(LayerNorm{.weight = false});
  const Network network = net.build(Initialization::normal_02);
  EXPECT_EQ(network_from_json(to_json(network), "text"), network);
}

TEST(NetworkFile, ReadsWhatAUserWritesByHand) {
  const Network net = network_from_json(file(std::string{kInput} + R"(,
        {"name": "conv", "kind": "Conv2d", "out_channels": 4, "kernel": 3, "padding": [1, 1]},
        {"name": "act", "kind": "ReLU"},
        {"name": "sum", "kind": "Add", "inputs": ["act", "conv"]},
        {"name": "pool", "kind": "AdaptiveAvgPool2d"},
        {"name": "flat", "kind": "Flatten"},
        {"name": "fc", "kind": "Linear", "out_features": 2})"),
                                        "net.json");
  EXPECT_EQ(net.name(), "mine");
  EXPECT_EQ(net.parameters(), 4 * 27 + 4 + 2 * 4 + 2);
  EXPECT_EQ(net.output_shape(), Shape{2});
  EXPECT_EQ(net[net.output()].name, "fc");
}

TEST(NetworkFile, PutsLayersInOrder) {
  const Network net =
      network_from_json(file(std::string{R"({"name": "b", "kind": "ReLU", "inputs": ["a"]},
                          {"name": "a", "kind": "Sigmoid", "inputs": "x"},)"} +
                                 kInput,
                             R"(, "output": "b")"),
                        "net.json");
  EXPECT_EQ(net[0].name, "x");
  EXPECT_EQ(net[1].name, "a");
  EXPECT_EQ(net[2].name, "b");
  EXPECT_EQ(net.output(), 2u);
}

TEST(NetworkFile, NamesWhatIsWrong) {
  const std::string x = std::string{kInput} + ",";
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "ReLU", "inputs": ["c"]},
                                    {"name": "b", "kind": "ReLU", "inputs": ["a"]},
                                    {"name": "c", "kind": "ReLU", "inputs": ["b"]})")),
              HasSubstr("a cycle: a <- c <- b <- a"));
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "ReLU", "inputs": ["a"]})")),
              HasSubstr("a cycle: a <- a"));
  EXPECT_EQ(complaint(file(R"({"name": "image", "kind": "Input", "shape": [4]},
                              {"name": "a", "kind": "ReLU", "inputs": ["imgae"]})")),
            "network 'mine': layer 'a' takes 'imgae', which no layer is called (did you mean "
            "'image'?)");
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "Conv2D", "kernel": 3})")),
              HasSubstr("no kind of layer is called 'Conv2D' (did you mean 'Conv2d'?)"));
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "Conv2d", "kernal": 3})")),
              HasSubstr("layer 'a' (Conv2d): has no option 'kernal' (did you mean 'kernel'?)"));
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "Conv2d", "kernel": [3]})")),
              HasSubstr("option 'kernel': wanted a whole number, or two for height and width"));
  EXPECT_THAT(complaint(file(x + R"({"name": "a", "kind": "Linear", "in_features": 9,
                                    "out_features": 2})")),
              HasSubstr("layer 'a' (Linear): wanted 9 features, got 8 in 3x8x8"));
  EXPECT_THAT(complaint(file(x + R"({"name": "x", "kind": "ReLU"})")),
              HasSubstr("two layers are called 'x'"));
  EXPECT_THAT(complaint(file(kInput, R"(, "output": "y")")), HasSubstr("the output is 'y'"));
  EXPECT_THAT(complaint(file(kInput, R"(, "ouptut": "x")")), HasSubstr("unknown key 'ouptut'"));
  EXPECT_THAT(complaint(file("")), HasSubstr("at least one"));
  EXPECT_THAT(complaint(file(R"({"kind": "ReLU"})")), HasSubstr("no \"name\""));
  EXPECT_THAT(complaint(file(R"({"name": "a"})")), HasSubstr("layer 'a' has no \"kind\""));
  EXPECT_THAT(complaint(file(R"({"name": "a", "kind": "ReLU"})")),
              HasSubstr("wanted 1 input, got 0"));
  EXPECT_THAT(complaint("[]"), HasSubstr("net.json: not a network"));
  EXPECT_THAT(complaint("{"), HasSubstr("net.json"));
  EXPECT_THAT(complaint(R"({"format": "erg-network", "version": 2, "layers": []})"),
              HasSubstr("wanted \"version\": 1, got 2"));
}

// Extents that no memory holds are counted or refused, never allocated.
TEST(NetworkFile, RefusesShapesBeyondAnyMachine) {
  EXPECT_THAT(complaint(file(R"({"name": "x", "kind": "Input",
                                 "shape": [4000000000, 4000000000, 4000000000]})")),
              HasSubstr("too many elements"));
  EXPECT_THAT(complaint(file(R"({"name": "x", "kind": "Input", "shape": [3, -1, 4]})")),
              HasSubstr("negative"));
  EXPECT_THAT(complaint(file(R"({"name": "x", "kind": "Input", "shape": [0]})")),
              HasSubstr("empty"));
  EXPECT_THAT(complaint(file(std::string{kInput} + R"(,
                {"name": "a", "kind": "Linear", "out_features": 4000000000000000000})")),
              HasSubstr("out_features is 4000000000000000000"));
}

TEST(NetworkFile, LoadsAFileAndTakesAnotherInput) {
  erg::testing::TempTree tree;
  tree.write("net.json", file(std::string{kInput} + R"(,
      {"name": "flat", "kind": "Flatten"}, {"name": "fc", "kind": "Linear", "out_features": 2})"));
  EXPECT_EQ(load_network(tree.root() / "net.json").parameters(), 3 * 64 * 2 + 2);
  EXPECT_EQ(load_network(tree.root() / "net.json", {.input = Shape{1, 4, 4}}).parameters(),
            16 * 2 + 2);
  EXPECT_THROW(load_network(tree.root() / "absent.json"), std::runtime_error);
}

TEST(NetworkFile, TakesAFileInJsonForWhatItsNameSays) {
  erg::testing::TempTree tree;
  for (const char* content : {"[1, 2]", "text", ""}) {
    tree.write("net.json", content);
    try {
      load_network(tree.root() / "net.json");
      FAIL() << content;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string{error.what()}.find("ONNX"), std::string::npos) << error.what();
    }
  }
}

TEST(NetworkFile, SharesSomeTensorsAndFreezesOthers) {
  const std::string layers = R"({"name": "x", "kind": "Input", "shape": [4]},
      {"name": "a", "kind": "Linear", "out_features": 4},
      {"name": "b", "kind": "Linear", "out_features": 4, "shares": "a", "shared": "weight"},
      {"name": "c", "kind": "Linear", "out_features": 9, "frozen": true})";
  const Network net = network_from_json(file(layers), "net.json");
  EXPECT_EQ(net.parameters(), 16 + 4 + 4);
  EXPECT_EQ(network_from_json(to_json(net), "text"), net);
  EXPECT_THAT(complaint(file(std::string{kInput} + R"(,
                {"name": "a", "kind": "ReLU", "shared": "weight"})")),
              HasSubstr("\"shared\" without \"shares\""));
}

constexpr auto kTwo = R"({"name": "x", "kind": "Input", "shape": [4]},
    {"name": "a", "kind": "Linear", "out_features": 4},
    {"name": "r", "kind": "ReLU"},
    {"name": "b", "kind": "Linear", "out_features": 4)";

TEST(NetworkFile, RefusesToShareWhatIsNotThere) {
  const auto shared = [](const std::string& layers, const std::string& more) {
    return complaint(file(layers + ", " + more + "}"));
  };
  EXPECT_EQ(shared(kTwo, R"("shares": "a")"), "nothing was thrown");
  EXPECT_THAT(
      shared(kTwo, R"("shares": "a", "shared": "wieght")"),
      HasSubstr("layer 'b' (Linear): has no tensor 'wieght' to share (did you mean 'weight'?)"));
  EXPECT_THAT(shared(kTwo, R"("shares": "r", "shared": "weight")"),
              HasSubstr("shares 'weight' of 'r', which has none"));
  EXPECT_THAT(shared(kTwo, R"("shares": "r")"),
              HasSubstr("has no tensor in common with 'r', which it shares"));
  EXPECT_THAT(shared(kTwo, R"("shares": "a", "shared": [])"), HasSubstr("names no tensor"));
  const std::string other = R"({"name": "x", "kind": "Input", "shape": [4]},
      {"name": "a", "kind": "Linear", "out_features": 9},
      {"name": "b", "kind": "Linear", "out_features": 5)";
  EXPECT_THAT(shared(other, R"("shares": "a")"),
              HasSubstr("wanted a 'weight' of 5x9 to share, got 9x4 of 'a'"));
  EXPECT_THAT(shared(other, R"("shares": "a", "shared": ["bias"])"),
              HasSubstr("wanted a 'bias' of 5 to share, got 9 of 'a'"));
  const std::string third =
      std::string{kTwo} + R"(, "shares": "a"}, {"name": "c", "kind": "Linear", "out_features": 4)";
  EXPECT_THAT(shared(third, R"("shares": "b")"), HasSubstr("'b' has it of another"));
}

TEST(NetworkFile, SharesAMatrixTurned) {
  const std::string layers = R"({"name": "x", "kind": "Input", "shape": [4]},
      {"name": "a", "kind": "Linear", "out_features": 9},
      {"name": "b", "kind": "Linear", "out_features": 4, "shares": "a", "shared": "weight"})";
  EXPECT_EQ(network_from_json(file(layers), "net.json").parameters(), 36 + 9 + 4);
}

TEST(NetworkFile, SuggestsTheKeysOfEveryLayer) {
  const auto with = [](const std::string& key) {
    return complaint(
        file(std::string{kInput} + R"(, {"name": "a", "kind": "ReLU", ")" + key + R"(": "x"})"));
  };
  EXPECT_THAT(with("frozn"), HasSubstr("has no option 'frozn' (did you mean 'frozen'?)"));
  EXPECT_THAT(with("Shares"), HasSubstr("did you mean 'shares'?"));
  EXPECT_THAT(with("input"), HasSubstr("did you mean 'inputs'?"));
  EXPECT_THAT(complaint(file(R"({"nmae": "a", "kind": "ReLU"})")),
              HasSubstr("the first layer has no \"name\": 'nmae' is not it"));
}

TEST(NetworkFile, TakesShapesOfSeveralInputs) {
  const std::string text = file(R"({"name": "a", "kind": "Input", "shape": [4]},
      {"name": "b", "kind": "Input", "shape": [4]},
      {"name": "y", "kind": "Add", "inputs": ["a", "b"]})");
  ReadOptions options;
  options.inputs = {{"b", {6}}, {"", {6}}};
  EXPECT_EQ(network_from_json(text, "net.json", options).output_shape(), Shape{6});
  options.inputs = {{"c", {6}}};
  EXPECT_THROW(network_from_json(text, "net.json", options), NetworkError);
}

}  // namespace
}  // namespace erg
