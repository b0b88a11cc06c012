// SPDX-License-Identifier: Apache-2.0
#include "erg/power_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace erg {
namespace {

TEST(PowerTable, FindsNamesAsMachinesGiveThem) {
  const std::pair<const char*, double> kCpus[] = {
      {"Intel(R) Xeon(R) Platinum 8480+", 350},
      {"Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", 135},
      {"Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 150},
      {"12th Gen Intel(R) Core(TM) i7-12700K", 125},
      {"Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", 95},
      {"AMD EPYC 7763 64-Core Processor", 280},
      {"AMD Ryzen 7 5800H with Radeon Graphics", 45},
      {"AMD Ryzen Threadripper PRO 5995WX 64-Cores", 280},
  };
  for (const auto& [name, tdp_w] : kCpus) {
    ASSERT_TRUE(find_cpu_power(name)) << name;
    EXPECT_EQ(find_cpu_power(name)->power, Watts{tdp_w}) << name;
  }
  const std::pair<const char*, double> kGpus[] = {
      {"NVIDIA H100 80GB HBM3", 700},   {"NVIDIA H100 PCIe", 350},
      {"Tesla V100-SXM2-16GB", 300},    {"NVIDIA GeForce RTX 4070 Ti SUPER", 285},
      {"NVIDIA GeForce RTX 4070", 200}, {"NVIDIA RTX A5000", 230},
  };
  for (const auto& [name, board_w] : kGpus) {
    ASSERT_TRUE(find_gpu_power(name)) << name;
    EXPECT_EQ(find_gpu_power(name)->power, Watts{board_w}) << name;
  }
}

TEST(PowerTable, WhatIsOnlySimilarIsUnknown) {
  for (const char* name : {"", "AMD EPYC", "AMD EPYC-Milan Processor", "Intel(R) Xeon(R) Platinum",
                           "Common KVM processor", "Intel(R) Core(TM) i7-8700T CPU @ 2.40GHz"}) {
    EXPECT_FALSE(find_cpu_power(name)) << name;
  }
  for (const char* name : {"", "NVIDIA GeForce RTX 3050 Laptop GPU", "NVIDIA H100",
                           "NVIDIA GeForce GTX 1080 with Max-Q Design Edition x"}) {
    EXPECT_FALSE(find_gpu_power(name)) << name;
  }
}

TEST(PowerTable, EveryLineFindsItself) {
  std::set<std::string_view> models;
  for (const NominalPower& line : cpu_power_table()) {
    EXPECT_TRUE(models.insert(line.model).second) << line.model;
    EXPECT_EQ(find_cpu_power(line.model)->power, line.power) << line.model;
    EXPECT_GT(line.threads, 0) << line.model;
    EXPECT_GE(line.power, Watts{10}) << line.model;
    EXPECT_LE(line.power, Watts{500}) << line.model;
    EXPECT_FALSE(line.source.empty()) << line.model;
  }
  for (const NominalPower& line : gpu_power_table()) {
    EXPECT_TRUE(models.insert(line.model).second) << line.model;
    EXPECT_EQ(find_gpu_power(line.model)->power, line.power) << line.model;
    EXPECT_LE(line.power, Watts{1000}) << line.model;
  }
  EXPECT_GT(models.size(), 300U);
}

}  // namespace
}  // namespace erg
