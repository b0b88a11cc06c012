// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>
#include <numeric>

#include "erg/csv_numbers.h"
#include "erg/csv_reader.h"
#include "erg/npy.h"
#include "erg/python_literal.h"

namespace erg {
namespace {

using ::testing::ElementsAre;

class SharedData : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(root_)) GTEST_SKIP() << "no shared data at " << root_;
  }
  std::filesystem::path root_ = std::filesystem::path{ERG_SHARED_DATA} / "thesis";
};

TEST_F(SharedData, ThreeSessionsInOnePowerFile) {
  const auto source = open_bytes(
      root_ /
      "4090/CNNModelsData/alexnet/fashion_mnist/E5_B128_R0_SR2/energy_consumption_file.csv");
  CsvNumbers numbers{*source, {"timestamp", "power_in_watts"}, {"sm_clock"}};
  NumberChunk chunk;
  std::vector<std::uint64_t> first_lines;
  while (numbers.next(chunk)) {
    if (first_lines.size() <= chunk.session) first_lines.push_back(chunk.first_line);
  }
  EXPECT_THAT(first_lines, ElementsAre(2, 41540, 72026));
  EXPECT_EQ(numbers.counts().rows, 115129u);
  EXPECT_EQ(numbers.counts().malformed, 0u);
}

TEST_F(SharedData, PickledArraysOfWatts) {
  const auto source = open_bytes(root_ / "caps_3060/fashion_mnist/Power40/Epoch_energy.npy");
  const auto epochs = read_npy_ragged(*source);
  EXPECT_THAT(epochs.shape, ElementsAre(10, 1));
  double sum = 0;
  for (const auto& watts : epochs.elements) {
    sum += std::accumulate(watts.begin(), watts.end(), 0.0);
  }
  EXPECT_NEAR(sum / 10, 2729.461, 5e-4);
}

TEST_F(SharedData, LayersInDictLiterals) {
  const auto source = open_bytes(
      root_ / "3080/ModelsData/alexnet/E5_B128_R0_SR2_layer/fashion_mnist/layer_energy.csv");
  CsvReader reader{*source};
  reader.next();
  EXPECT_EQ(reader.fields().size(), 5u);
  PythonLiteral literal;
  double first_layer = 0;
  int cells = 0;
  while (reader.next()) {
    for (const auto cell : reader.fields()) {
      literal.parse(cell);
      EXPECT_EQ(literal.root().size, 22u);
      EXPECT_EQ(literal.nodes()[1].text, "Conv2d_0");
      first_layer += literal.nodes()[5].number;
      ++cells;
    }
  }
  EXPECT_EQ(cells, 5 * 469);
  EXPECT_NEAR(first_layer, 530.3906, 5e-5);
}

TEST_F(SharedData, EveryArrayOfNumbersIsRead) {
  int arrays = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator{root_}) {
    if (file.path().extension() != ".npy") continue;
    const auto array = read_npy_ragged(*open_bytes(file.path()));
    EXPECT_FALSE(array.shape.empty()) << file.path();
    ++arrays;
  }
  EXPECT_GT(arrays, 150);
}

}  // namespace
}  // namespace erg
