// SPDX-License-Identifier: Apache-2.0
#include "erg/suggest.h"

#include <gtest/gtest.h>

#include <string>

namespace erg {
namespace {

constexpr std::string_view kNames[] = {"resnet18", "resnet34", "alexnet", "vgg16"};

TEST(Suggest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("resnet18", kNames), "resnet18");
  EXPECT_EQ(nearest_name("rsenet18", kNames), "resnet18");
  EXPECT_EQ(nearest_name("resnet3", kNames), "resnet34");
  EXPECT_EQ(nearest_name("AlexNet", kNames), "alexnet");
  EXPECT_EQ(nearest_name("vgg-16", kNames), "vgg16");
}

TEST(Suggest, SuggestsNothingForNonsense) {
  EXPECT_EQ(nearest_name("transformer", kNames), std::nullopt);
  EXPECT_EQ(nearest_name("", kNames), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(10'000'000, 'x'), kNames), std::nullopt);
  EXPECT_EQ(nearest_name("resnet18", {}), std::nullopt);
  constexpr std::string_view kShort[] = {"add", "gelu", "lrn"};
  EXPECT_EQ(nearest_name("mul", kShort), std::nullopt);
  EXPECT_EQ(nearest_name("geol", kShort), std::nullopt);
  EXPECT_EQ(nearest_name("glu", kShort), "gelu");
}

TEST(Suggest, EndsAMessage) {
  EXPECT_EQ(suggestion("alexent", kNames), " (did you mean 'alexnet'?)");
  EXPECT_EQ(suggestion("quux", kNames), "");
}

TEST(Suggest, TheFirstOfEqualsWins) {
  constexpr std::string_view kAlike[] = {"abcd1", "abcd2"};
  EXPECT_EQ(nearest_name("abcd", kAlike), "abcd1");
}

}  // namespace
}  // namespace erg
