// SPDX-License-Identifier: Apache-2.0
#include "erg/count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "erg/catalogue.h"
#include "erg/network_builder.h"

namespace erg {
namespace {

using testing::ElementsAre;

// Small enough to count on fingers.
Network tiny() {
  NetworkBuilder net{"tiny", {{1, 4, 4}}};
  net.add(Conv2d{.out_channels = 2, .kernel = 3, .padding = 1}).add(Activation{});
  net.add(MaxPool2d{.kernel = 2}).add(Flatten{}).add(Linear{.out_features = 3});
  return net.build();
}

std::vector<std::uint64_t> by_layer(const Complexity& complexity, std::uint64_t Counts::*field) {
  std::vector<std::uint64_t> values;
  for (const auto& layer : complexity.layers) values.push_back(layer.counts.*field);
  return values;
}

TEST(Count, CountsEverythingOfEveryLayer) {
  const Complexity tiny_counts = count(tiny());
  const auto of = [&](std::uint64_t Counts::*field) { return by_layer(tiny_counts, field); };
  // input, convolution, ReLU, pooling, flatten, linear
  EXPECT_THAT(of(&Counts::macs), ElementsAre(0, 32 * 9, 0, 0, 0, 24));
  EXPECT_THAT(of(&Counts::operations), ElementsAre(0, 32 * 9 + 32, 32, 32, 0, 24 + 3));
  EXPECT_THAT(of(&Counts::parameters), ElementsAre(0, 18 + 2, 0, 0, 0, 24 + 3));
  EXPECT_THAT(of(&Counts::weight_bytes), ElementsAre(0, 80, 0, 0, 0, 108));
  EXPECT_THAT(of(&Counts::activations), ElementsAre(0, 32, 32, 8, 0, 3));
  EXPECT_THAT(of(&Counts::bytes_read), ElementsAre(0, 4 * (16 + 20), 128, 128, 0, 4 * (8 + 27)));
  EXPECT_THAT(of(&Counts::bytes_written), ElementsAre(0, 128, 128, 32, 0, 12));
  // Nothing before the convolution learns: it needs no gradient of its input.
  EXPECT_THAT(of(&Counts::backward_macs), ElementsAre(0, 32 * 9, 0, 0, 0, 48));
  // The input; ReLU's output, which is the pooling's input; eight-byte indices; the flat tensor.
  EXPECT_THAT(of(&Counts::kept_bytes), ElementsAre(0, 64, 128, 64, 0, 32));
  EXPECT_THAT(of(&Counts::forward_kernels), ElementsAre(0, 2, 1, 1, 0, 1));
  EXPECT_THAT(of(&Counts::backward_kernels), ElementsAre(0, 2, 1, 1, 0, 3));
}

TEST(Count, CountsTheWhole) {
  const Complexity complexity = count(tiny(), {.optimizer = Optimizer::adam});
  EXPECT_EQ(complexity.network, "tiny");
  EXPECT_THAT(complexity.inputs, ElementsAre(Shape{1, 4, 4}));
  EXPECT_EQ(complexity.total.macs, 312);
  EXPECT_DOUBLE_EQ(complexity.total.arithmetic_intensity(), 2 * 312.0 / 840);
  // When the convolution's ReLU goes backward: the input, ReLU's output, and two gradients of 128.
  EXPECT_EQ(complexity.peak_training_bytes, 64 + 128 + 128 + 128);
  EXPECT_EQ(complexity.optimizer, "adam");
  EXPECT_EQ(complexity.optimizer_bytes, 47 * 4 * 7);
  EXPECT_EQ(complexity.optimizer_state_bytes, 47 * 4 * 2);
  EXPECT_EQ(complexity.structure,
            (Structure{.layers = 4, .weighted_layers = 2, .depth = 2, .branches = 1}));
}

TEST(Count, ABatchSharesTheWeights) {
  const auto one = count(tiny()).total;
  const auto many = count(tiny(), {.batch = 10}).total;
  EXPECT_EQ(many.macs, 10 * one.macs);
  EXPECT_EQ(many.parameters, one.parameters);
  EXPECT_EQ(many.bytes_read - many.weight_bytes, 10 * (one.bytes_read - one.weight_bytes));
  EXPECT_EQ(many.kept_bytes, 10 * one.kept_bytes);
  EXPECT_GT(many.arithmetic_intensity(), one.arithmetic_intensity());
}

TEST(Count, HalfAsManyBytesANumberMoveHalf) {
  const auto whole = count(tiny()).total;
  const auto half = count(tiny(), {.bytes_per_number = 2}).total;
  EXPECT_EQ(2 * half.bytes_read, whole.bytes_read);
  EXPECT_EQ(half.macs, whole.macs);
}

TEST(Count, CountsAtAnotherInput) {
  const auto net = make_network("resnet18");
  const auto small = count(net, {.inputs = {{3, 32, 32}}});
  EXPECT_EQ(small.layers.back().output, Shape{1000});
  EXPECT_EQ(small.total.parameters, 11'689'512);
  // 49 times fewer pixels, up to the roundings of strides; the last layer does not shrink.
  EXPECT_LT(small.total.macs, count(net).total.macs / 40);
}

// Of one block of width 4 with 2 heads of 3: L = 5.
TEST(Count, CountsAttention) {
  NetworkBuilder net{"attention", {{5, 4}}};
  net.add(MultiHeadAttention{.heads = 2, .head_dim = 3, .out_bias = false});
  const auto counts = count(net.build()).layers[1].counts;
  EXPECT_EQ(counts.attention_macs, 2 * 5 * 5 * 6);
  EXPECT_EQ(counts.macs, 5 * 4 * 18 + 5 * 6 * 4 + counts.attention_macs);
  EXPECT_EQ(counts.parameters, 18 * 4 + 18 + 6 * 4);
  EXPECT_EQ(counts.operations, counts.macs + 2 * 5 * 5 + 5 * 18);
  EXPECT_EQ(counts.backward_macs, 5 * 4 * 18 + 2 * (5 * 6 * 4) + 2 * counts.attention_macs);
  EXPECT_EQ(counts.bytes_read, 4 * (20 + 90 + 30 + counts.parameters));
  EXPECT_EQ(counts.bytes_written, 4 * (20 + 90 + 30));
}

// A product with a learned matrix is a layer's; a product of two activations is attention's.
TEST(Count, TellsProductsApart) {
  std::vector<Node> nodes{{"x", Input{{2, 3}}, {}},
                          {"w", Parameter{{3, 4}}, {}},
                          {"xw", MatMul{}, {0, 1}},
                          {"t", Permute{{1, 0}}, {2}},
                          {"gram", MatMul{}, {2, 3}}};
  const auto counted = count(Network{"n", std::move(nodes), 4}, {.batch = 7});
  EXPECT_EQ(counted.layers[2].counts.macs, 7 * 2 * 3 * 4);
  EXPECT_EQ(counted.layers[2].counts.attention_macs, 0);
  EXPECT_EQ(counted.layers[2].counts.backward_macs, 7 * 2 * 3 * 4);
  EXPECT_EQ(counted.layers[2].counts.bytes_read, 4 * (7 * 6 + 12));
  EXPECT_EQ(counted.layers[4].counts.attention_macs, 7 * 2 * 2 * 4);
  EXPECT_EQ(counted.layers[4].counts.backward_macs, 2 * 7 * 2 * 2 * 4);
  EXPECT_EQ(counted.total.parameters, 12);
}

TEST(Count, CountsSharedWeightsOnce) {
  std::vector<Node> nodes{{"x", Input{{4}}, {}},
                          {"a", Linear{.out_features = 4}, {0}},
                          {"b", Linear{.out_features = 4, .bias = false}, {1}, 1}};
  const Network net{"n", std::move(nodes), 2};
  const auto total = count(net).total;
  EXPECT_EQ(net.parameters(), 20);
  EXPECT_EQ(total.parameters, 20);
  EXPECT_EQ(total.macs, 32);
  EXPECT_EQ(total.bytes_read, 4 * (4 + 20 + 4 + 16));
}

// What is learned is said of each tensor, where it is its layer's own; every use of it agrees.
TEST(Count, FixedAndSharedTensorsAgreeInEveryCount) {
  const auto with = [](bool first_frozen, bool second_frozen, std::vector<std::string> shared) {
    Node a{"a", Linear{.out_features = 4}, {0}};
    Node b{"b", Linear{.out_features = 4}, {1}, 1, std::move(shared)};
    a.frozen = first_frozen;
    b.frozen = second_frozen;
    return count(Network{"n", {{"x", Input{{4}}, {}}, std::move(a), std::move(b)}, 2});
  };
  struct Case {
    bool first_frozen, second_frozen;
    std::vector<std::string> shared;
    std::uint64_t parameters, backward_macs;
  };
  // Of 16 MACs each: the weight's gradient of a, that of b, and of b's input where a learns.
  for (const Case& c : {
           Case{false, false, {}, 20, 48},
           Case{false, true, {}, 20, 48},          // all of b's tensors are a's: nothing is b's own
           Case{true, false, {}, 0, 0},            // a's are fixed, and so are b's
           Case{true, false, {"weight"}, 4, 0},    // b's bias learns: no product
           Case{false, true, {"weight"}, 20, 48},  // b's bias is fixed
           Case{true, true, {"weight"}, 0, 0},
       }) {
    const auto counted = with(c.first_frozen, c.second_frozen, c.shared);
    SCOPED_TRACE(testing::Message() << c.first_frozen << c.second_frozen << c.shared.size());
    EXPECT_EQ(counted.total.parameters, c.parameters);
    EXPECT_EQ(counted.total.weight_bytes, 4 * c.parameters);
    EXPECT_EQ(counted.optimizer_bytes, 3 * 4 * c.parameters);
    EXPECT_EQ(counted.total.backward_macs, c.backward_macs);
  }
}

// A gradient passes through attention that is fixed, and needs its products.
TEST(Count, PassesFixedAttentionBackwards) {
  const auto with = [](bool learns_before) {
    std::vector<Node> nodes{{"x", Input{{5, 4}}, {}},
                            {"a", Linear{.out_features = 4}, {0}},
                            {"m", MultiHeadAttention{.heads = 2}, {1}}};
    nodes[1].frozen = !learns_before;
    nodes[2].frozen = true;
    return count(Network{"n", std::move(nodes), 2}).layers[2].counts;
  };
  const std::uint64_t products = 2 * 5 * 5 * 4;
  EXPECT_EQ(with(true).backward_macs, 5 * 4 * 12 + 5 * 4 * 4 + 2 * products);
  EXPECT_EQ(with(false).backward_macs, 0);
}

TEST(Count, LayersAddUpForTheWholeCatalogue) {
  for (const auto& entry : catalogue()) {
    const auto complexity = count(make_network(entry.name));
    Counts sum;
    for (const auto& layer : complexity.layers) sum += layer.counts;
    EXPECT_EQ(sum, complexity.total) << entry.name;
    EXPECT_GE(complexity.peak_training_bytes, complexity.total.kept_bytes) << entry.name;
    EXPECT_LE(complexity.total.backward_macs, 2 * complexity.total.macs) << entry.name;
    EXPECT_GT(complexity.total.backward_macs, complexity.total.macs) << entry.name;
    EXPECT_GE(complexity.total.operations, complexity.total.macs) << entry.name;
    EXPECT_LE(complexity.structure.depth, complexity.structure.weighted_layers) << entry.name;
  }
}

TEST(Count, RefusesWhatNothingCanHold) {
  const auto net = make_network("vgg16");
  const auto complaint = [&](const CountOptions& options) -> std::string {
    try {
      count(net, options);
    } catch (const NetworkError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(complaint({.batch = std::int64_t{1} << 40}), testing::HasSubstr("too many"));
  EXPECT_THAT(complaint({.batch = 0}), testing::HasSubstr("a batch of 1 or more"));
  EXPECT_THAT(complaint({.inputs = {{3, 8, 8}}}), testing::HasSubstr("too small"));
  EXPECT_THAT(complaint({.inputs = {{3, 224, 224}, {3, 224, 224}}}),
              testing::HasSubstr("takes 1 inputs, got 2"));
}

TEST(Count, KnowsOptimizersByName) {
  for (const auto optimizer : {Optimizer::sgd, Optimizer::momentum, Optimizer::adam}) {
    EXPECT_EQ(optimizer_from(to_string(optimizer)), optimizer);
  }
  EXPECT_EQ(optimizer_from("adagrad"), std::nullopt);
}

}  // namespace
}  // namespace erg
