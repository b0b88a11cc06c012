// SPDX-License-Identifier: Apache-2.0
#include "erg/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "erg/count.h"

namespace erg {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Known {
  const char* name;
  std::int64_t macs;
  std::int64_t parameters;
};

// The study's table: one channel, 224x224, ten classes.
constexpr Known kStudy[] = {
    {"alexnet_thesis", 663'282'240, 57'029'322},    {"alexnet_d2l", 938'146'176, 46'764'746},
    {"resnet18_thesis", 1'734'890'496, 11'178'378}, {"resnet34_thesis", 3'584'578'560, 21'290'250},
    {"vgg11_thesis", 7'547'232'256, 128'806'154},   {"vgg16_thesis", 15'408'406'528, 134'300'362},
    {"googlenet_1x1_b2", 569'204'224, 1'317'034},   {"mobilenetv2_thesis", 305'126'784, 2'237'194},
    {"googlenet_thesis", 1'502'982'144, 5'977'530}, {"googlenet_mod1", 1'305'234'688, 4'609'834},
    {"googlenet_mod2", 666'870'528, 1'642'090},     {"googlenet_mod5", 1'077'834'496, 3'416'922},
    {"googlenet_mod8", 3'695'377'408, 16'701'642},  {"googlenet_mod9", 399'001'472, 120'074},
    {"googlenet_5x5_b3", 827'782'400, 2'096'090},   {"mobilenetv1_thesis", 560'501'248, 3'205'770},
};

TEST(Catalogue, AgreesWithTheStudysTableToTheLastDigit) {
  for (const auto& known : kStudy) {
    const auto total = count(make_network(known.name)).total;
    EXPECT_EQ(total.macs, known.macs) << known.name;
    EXPECT_EQ(total.parameters, known.parameters) << known.name;
  }
}

// What torchvision's own weights hold, three channels, a thousand classes.
constexpr Known kTorchvision[] = {
    {"alexnet", 0, 61'100'840},           {"vgg11", 0, 132'863'336},
    {"vgg11_bn", 0, 132'868'840},         {"vgg13", 0, 133'047'848},
    {"vgg13_bn", 0, 133'053'736},         {"vgg16", 0, 138'357'544},
    {"vgg16_bn", 0, 138'365'992},         {"vgg19", 0, 143'667'240},
    {"vgg19_bn", 0, 143'678'248},         {"resnet18", 0, 11'689'512},
    {"resnet34", 0, 21'797'672},          {"resnet50", 0, 25'557'032},
    {"resnet101", 0, 44'549'160},         {"resnet152", 0, 60'192'808},
    {"resnext50_32x4d", 0, 25'028'904},   {"wide_resnet50_2", 0, 68'883'240},
    {"googlenet", 0, 6'624'904},          {"mobilenet_v2", 0, 3'504'872},
    {"mobilenet_v3_large", 0, 5'483'032}, {"mobilenet_v3_small", 0, 2'542'856},
    {"densenet121", 0, 7'978'856},        {"efficientnet_b0", 0, 5'288'548},
    {"convnext_tiny", 0, 28'589'128},     {"vit_b_16", 0, 86'567'656},
    {"vit_b_32", 0, 88'224'232},
};

TEST(Catalogue, HasTorchvisionsNumbersOfParameters) {
  for (const auto& known : kTorchvision) {
    EXPECT_EQ(make_network(known.name).parameters(), known.parameters) << known.name;
  }
}

// What torchvision publishes in units of 1e9 multiply-accumulates, convolutions and linear layers.
TEST(Catalogue, HasTorchvisionsMacs) {
  const std::pair<const char*, double> published[] = {
      {"alexnet", 0.71},     {"vgg16", 15.47},          {"resnet18", 1.81},
      {"resnet50", 4.09},    {"resnet152", 11.51},      {"resnext50_32x4d", 4.23},
      {"googlenet", 1.50},   {"mobilenet_v2", 0.30},    {"mobilenet_v3_large", 0.22},
      {"densenet121", 2.83}, {"efficientnet_b0", 0.39}, {"convnext_tiny", 4.46},
      {"vit_b_16", 17.56},   {"vit_b_32", 4.41},
  };
  for (const auto& [name, giga] : published) {
    EXPECT_NEAR(static_cast<double>(count(make_network(name)).total.macs) / 1e9, giga, 0.005)
        << name;
  }
}

TEST(Catalogue, CountsTheProductsOfAttention) {
  const auto total = count(make_network("vit_b_16")).total;
  EXPECT_EQ(total.macs, 17'563'828'224);
  // Twelve layers, twelve heads of 64, 197 tokens, two products.
  EXPECT_EQ(total.attention_macs, 12ull * 2 * 197 * 197 * 768);
}

// The study printed these with ptflops, which counted what it met as a function a second time; what
// is left after taking that away is the convention itself.
TEST(Catalogue, CountsOperationsAsPtflops) {
  const auto operations = [](const char* name) {
    return count(make_network(name)).total.operations;
  };
  constexpr std::uint64_t kRelu = 112 * 112 * 32;
  constexpr std::uint64_t kPooled = 7 * 7 * 1024;
  EXPECT_NEAR(static_cast<double>(operations("mobilenetv1_thesis") + kRelu + kPooled), 567.25e6,
              5e3);
  EXPECT_NEAR(static_cast<double>(operations("mobilenetv2_thesis") + 7 * 7 * 1280), 325.92e6, 5e3);
  // ReLUs and poolings of AlexNet, once and twice more, as it was printed in two places.
  constexpr std::uint64_t kAlexNet = 493'184 + 386'048;
  EXPECT_NEAR(static_cast<double>(operations("alexnet_thesis") + kAlexNet), 665.53e6, 5e3);
  EXPECT_NEAR(static_cast<double>(operations("alexnet_thesis") + 2 * kAlexNet), 666.41e6, 5e3);
  EXPECT_NEAR(static_cast<double>(operations("resnet18_thesis")), 1.75e9, 5e6);
  EXPECT_NEAR(static_cast<double>(operations("resnet50_thesis")), 2.32e9, 5e6);
}

// As printed by the study, to the digits printed.
TEST(Catalogue, HasTheStudysPrintedParametersWhereTheTableIsSilent) {
  const std::pair<const char*, double> printed[] = {
      {"vgg13_thesis", 128.99},   {"vgg19_thesis", 139.61},   {"resnet50_thesis", 13.87},
      {"googlenet_mod3", 4.94},   {"googlenet_mod4", 5.29},   {"googlenet_mod6", 7.28},
      {"googlenet_mod7", 11.71},  {"googlenet_1x1_b1", 0.43}, {"googlenet_1x1_b3", 2.79},
      {"googlenet_1x1_b4", 4.84}, {"googlenet_5x5_b1", 0.74}, {"googlenet_5x5_b2", 1.40},
      {"googlenet_5x5_b4", 2.83}, {"vit_thesis", 51.50},
  };
  for (const auto& [name, millions] : printed) {
    EXPECT_NEAR(static_cast<double>(make_network(name).parameters()) / 1e6, millions, 0.005)
        << name;
  }
}

TEST(Catalogue, BuildsEveryNetworkForAnyClassesAndChannels) {
  for (const auto& entry : catalogue()) {
    const Network plain = make_network(entry.name);
    EXPECT_EQ(plain.input_shape(), entry.input) << entry.name;
    EXPECT_EQ(plain.output_shape().dims.back(), entry.classes) << entry.name;
    EXPECT_EQ(make_network(entry.name, {.classes = 7}).output_shape().dims.back(), 7) << entry.name;
    if (entry.input.rank() != 3) continue;
    for (const std::int64_t channels : {1, 3}) {
      const auto other = make_network(entry.name, {.channels = channels});
      EXPECT_EQ(other.input_shape()[0], channels) << entry.name;
      EXPECT_EQ(other.output_shape(), plain.output_shape()) << entry.name;
    }
  }
}

TEST(Catalogue, NamesAreUniqueAndDescribed) {
  std::set<std::string_view> names;
  for (const auto& entry : catalogue()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.description.empty()) << entry.name;
    EXPECT_FALSE(entry.family.empty()) << entry.name;
    EXPECT_EQ(find_in_catalogue(entry.name)->name, entry.name);
  }
  EXPECT_EQ(find_in_catalogue("resnet"), nullptr);
}

std::string complaint(std::string_view name, const NetworkOptions& options = {}) {
  try {
    make_network(name, options);
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Catalogue, SuggestsTheNearestName) {
  EXPECT_EQ(complaint("rsenet18"), "no network is called 'rsenet18' (did you mean 'resnet18'?)");
  EXPECT_EQ(complaint("AlexNet_Thesis"),
            "no network is called 'AlexNet_Thesis' (did you mean 'alexnet_thesis'?)");
  EXPECT_EQ(complaint("quantum"), "no network is called 'quantum': erg network list names all");
}

TEST(Catalogue, RefusesWhatDoesNotFit) {
  EXPECT_THAT(complaint("gpt_small", {.channels = 3}), HasSubstr("no channels to choose"));
  EXPECT_THAT(complaint("resnet18", {.channels = 1, .input = Shape{3, 64, 64}}),
              HasSubstr("1 channels contradict an input of 3x64x64"));
  EXPECT_THAT(complaint("alexnet_thesis", {.input = Shape{1, 28, 28}}),
              HasSubstr("too small for a kernel of 3x3"));
  EXPECT_THAT(complaint("vit_thesis", {.input = Shape{1, 100, 100}}),
              HasSubstr("whole patches of 32"));
  EXPECT_THAT(complaint("lenet5", {.classes = 0}), HasSubstr("out_features is 0"));
  EXPECT_THAT(complaint("lenet5", {.classes = -1}), HasSubstr("out_features is -1"));
}

TEST(Catalogue, WidensWhatFollowsAFlattenToTheInput) {
  const auto net = make_network("lenet5", {.input = Shape{3, 32, 32}});
  EXPECT_EQ(std::get<Linear>(net[*net.find("Linear_7")].layer).in_features, 576);
}

// The twin without residual structure lacks its sums and shortcuts, and nothing else.
TEST(Catalogue, PlainTwinsLackOnlyTheShortcuts) {
  for (const std::string depth : {"18", "34"}) {
    const auto whole = count(make_network("resnet" + depth + "_thesis"));
    const auto plain = count(make_network("resnet" + depth + "_plain"));
    EXPECT_EQ(plain.structure.residual_additions, 0);
    EXPECT_EQ(whole.structure.residual_additions, depth == "18" ? 8 : 16);
    EXPECT_EQ(whole.total.parameters - plain.total.parameters,
              64 * 128 + 128 + 128 * 256 + 256 + 256 * 512 + 512);
    EXPECT_EQ(whole.structure.depth, plain.structure.depth);
  }
}

TEST(Catalogue, CountsTheBranchesOfGoogLeNets) {
  const auto branches = [](const char* name) {
    return count(make_network(name)).structure.branches;
  };
  EXPECT_EQ(branches("googlenet_thesis"), 4);
  EXPECT_EQ(branches("googlenet_mod3"), 3);
  EXPECT_EQ(branches("googlenet_mod5"), 1);
  EXPECT_EQ(branches("googlenet_1x1_b3"), 3);
  EXPECT_EQ(branches("googlenet_mod9"), 1);
  EXPECT_EQ(branches("vgg16"), 1);
}

}  // namespace
}  // namespace erg
