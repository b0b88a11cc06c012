// SPDX-License-Identifier: Apache-2.0
#include "erg/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "erg/catalogue.h"
#include "erg/network_builder.h"

namespace erg {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The message of the NetworkError that `act` throws; fails the test if it throws none.
template <class Act>
std::string complaint(Act act) {
  try {
    act();
  } catch (const NetworkError& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(Network, NamesTheStudysAlexNetAsTheStudyDid) {
  const Network net = make_network("alexnet_thesis");
  std::vector<std::string> names;
  for (const auto& node : net.nodes()) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("input", "Conv2d_0", "ReLU_1", "MaxPool2d_2", "Conv2d_3", "ReLU_4",
                                 "MaxPool2d_5", "Conv2d_6", "ReLU_7", "Conv2d_8", "ReLU_9",
                                 "Conv2d_10", "ReLU_11", "MaxPool2d_12", "AdaptiveAvgPool2d_13",
                                 "Flatten_14", "Linear_15", "ReLU_16", "Dropout_17", "Linear_18",
                                 "ReLU_19", "Dropout_20", "Linear_21"));
}

TEST(Network, FillsTheWidthsThatWereLeftOpen) {
  const Network net = make_network("lenet5");
  EXPECT_EQ(std::get<Conv2d>(net[*net.find("Conv2d_3")].layer).in_channels, 6);
  EXPECT_EQ(std::get<Linear>(net[*net.find("Linear_7")].layer).in_features, 400);
  EXPECT_EQ(std::get<MaxPool2d>(net[*net.find("MaxPool2d_2")].layer).stride, Pair{2});
}

TEST(Network, SaysWhichLayerWhatCameAndWhatWasWanted) {
  const Network net = make_network("lenet5");
  EXPECT_EQ(complaint([&] {
              net.shapes({1, 32, 32});
            }),
            "network 'lenet5', layer 'Linear_7' (Linear): wanted 400 features, got 576 in 576");
  EXPECT_EQ(complaint([&] {
              net.shapes({3, 28, 28});
            }),
            "network 'lenet5', layer 'Conv2d_0' (Conv2d): wanted 1 channels, got 3 in 3x28x28");
  EXPECT_THAT(complaint([&] {
                net.shapes({1, 7, 7});
              }),
              HasSubstr("too small for a kernel of 5x5"));
  EXPECT_THAT(complaint([&] { net.shapes(Shape{784}); }),
              HasSubstr("wanted channels x height x width, got 784"));
}

TEST(Network, RefusesAGraphThatIsNoNetwork) {
  const Node input{"input", Input{{4}}, {}};
  EXPECT_THAT(complaint([&] {
                Network("n", {input, {"a", Activation{}, {1}}}, 1);
              }),
              HasSubstr("layer 'a' (ReLU): takes what comes after it"));
  EXPECT_THAT(complaint([&] {
                Network("n", {input, {"input", Activation{}, {0}}}, 1);
              }),
              HasSubstr("another layer has the same name"));
  EXPECT_THAT(complaint([&] {
                Network("n", {input, {"", Activation{}, {0}}}, 1);
              }),
              HasSubstr("layer 1 has no name"));
  EXPECT_THAT(complaint([&] {
                Network("n", {input, {"a", Combine{}, {0}}}, 1);
              }),
              HasSubstr("wanted at least 2 inputs, got 1"));
  EXPECT_THAT(complaint([&] { Network("n", {input}, 1); }), HasSubstr("has no output"));
  EXPECT_THAT(complaint([&] {
                Network("n", {{"p", Parameter{{4}}, {}}}, 0);
              }),
              HasSubstr("no Input"));
}

}  // namespace
}  // namespace erg
