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

TEST(ThesisPath, KnowsCardsThatTheStudyHadNot) {
  const std::pair<const char*, const char*> cards[] = {
      {"RTX_A5000", "NVIDIA RTX A5000"},
      {"a6000", "NVIDIA RTX A6000"},
      {"nvidia-a100-80gb", "NVIDIA A100"},
      {"H100", "NVIDIA H100"},
      {"3090", "NVIDIA GeForce RTX 3090"},
      {"RTX3090Ti", "NVIDIA GeForce RTX 3090 Ti"},
      {"4070_super", "NVIDIA GeForce RTX 4070 SUPER"},
      {"caps_4060_laptop", "NVIDIA GeForce RTX 4060 Laptop GPU"},
      {"GTX1080", "NVIDIA GeForce GTX 1080"},
      {"m2_pro", "Apple M2 Pro"},
      {"my3080box", "NVIDIA GeForce RTX 3080"}};
  for (const auto& [folder, device] : cards) {
    const auto place = thesis_place(std::string{"/x/"} + folder + "/vgg11/E5_B64_R1_SR10/c10");
    EXPECT_EQ(place.device, device) << folder;
    EXPECT_EQ(place.network, "vgg11_thesis") << folder;
  }
  for (const char* folder : {"2024", "run_12", "a7", "3005", "mx", "m1000"}) {
    EXPECT_EQ(thesis_place(std::string{"/x/"} + folder + "/vgg11/E5_B64_R1_SR10/c10").card, "");
  }
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
