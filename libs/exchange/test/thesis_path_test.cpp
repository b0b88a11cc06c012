// SPDX-License-Identifier: Apache-2.0
#include "../src/thesis_path.h"

#include <gmock/gmock.h>

namespace erg::exchange {
namespace {

TEST(ThesisPath, ReadsTheFoldersInAnyOrder) {
  for (const char* path :
       {"/x/3080/ModelsData/alexnet/E5_B128_R0_SR2_layer_performance_160/fashion_mnist",
        "/x/3080/Database/alexnet/fashion_mnist/E5_B128_R0_SR2_layer_performance_160",
        "/x/RTX3080/CNNModelsData/AlexNet/f/E5_B128_R0_SR2_layer_performance_160"}) {
    const ThesisPlace place = thesis_place(path);
    EXPECT_EQ(place.device, "NVIDIA GeForce RTX 3080") << path;
    EXPECT_EQ(place.network, "alexnet_thesis") << path;
    EXPECT_EQ(place.data, "fashion_mnist") << path;
    EXPECT_EQ(place.epochs, 5) << path;
    EXPECT_EQ(place.batch, 128) << path;
    EXPECT_EQ(place.round, 0) << path;
    EXPECT_EQ(place.sampler_ms, 2) << path;
    EXPECT_EQ(place.cap, Watts{160}) << path;
    EXPECT_TRUE(place.by_layer) << path;
    EXPECT_EQ(place.key(),
              "3080/alexnet_thesis/fashion_mnist/"
              "E5_B128_R0_SR2_layer_performance_160")
        << path;
  }
}

TEST(ThesisPath, KnowsVariantsAndCaps) {
  EXPECT_EQ(thesis_place("/4090/googlenet_mod3/c100/E10_B256_R1_SR2").network, "googlenet_mod3");
  EXPECT_EQ(thesis_place("/4090/MobileNetV2/cifar10/E10_B256_R1_SR2").network,
            "mobilenetv2_thesis");
  EXPECT_FALSE(thesis_place("/4090/alexnet/f/E10_B128_R0_SR2_nosync").synchronised);
  const ThesisPlace caps = thesis_place("/thesis/caps_3060/fashion_mnist/Power45");
  EXPECT_EQ(caps.cap, Watts{45});
  EXPECT_EQ(caps.device, "NVIDIA GeForce RTX 3060 Laptop GPU");
  EXPECT_EQ(caps.network, "");
}

TEST(ThesisPath, TakesNobodysFolderForANetwork) {
  const ThesisPlace place = thesis_place("/home/someone/E5_B128_R0_SR2");
  EXPECT_EQ(place.network, "");
  EXPECT_EQ(place.device, "");
  EXPECT_EQ(place.key(), "E5_B128_R0_SR2");
  EXPECT_EQ(thesis_place("/home/alexnet/E5_B128_R0_SR2").network, "alexnet_thesis");
}

}  // namespace
}  // namespace erg::exchange
