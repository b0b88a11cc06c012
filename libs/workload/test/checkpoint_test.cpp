// SPDX-License-Identifier: Apache-2.0
#include "erg/checkpoint.h"

#include <gmock/gmock.h>

#include <fstream>

#include "erg/catalogue.h"
#include "erg/testing/temp_tree.h"
#include "erg/trainer.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

constexpr const char* kData = "synthetic:1x28x28:10:320";

TrainingOptions quick(OptimizerKind kind = OptimizerKind::sgd) {
  TrainingOptions options;
  options.batch = 64;
  options.epochs = 3;
  options.threads = 1;
  options.optimizer.kind = kind;
  options.optimizer.momentum = 0.9;
  options.optimizer.learning_rate = 0.002;
  return options;
}

class CheckpointWith : public ::testing::TestWithParam<std::tuple<OptimizerKind, int>> {};

// Step 7 lies in the middle of an epoch, so the place in it matters.
TEST_P(CheckpointWith, AnyOptimizerAtAnyStepGoesOnBitForBit) {
  const auto [kind, steps] = GetParam();
  const testing::TempTree tree;
  const DataSet data = load_data_set(kData);
  const Network network = make_network("lenet5");
  Trainer whole{network, data, quick(kind)};
  const auto expected = whole.train(nullptr);

  auto options = quick(kind);
  options.max_steps = steps;
  Trainer begun{network, data, options};
  begun.train(nullptr);
  begun.save(tree.path("checkpoint"));
  Trainer resumed{network, data, quick(kind)};
  resumed.resume(tree.path("checkpoint"));
  const auto outcome = resumed.train(nullptr);
  EXPECT_EQ(outcome.steps, expected.steps);
  EXPECT_EQ(*outcome.epochs.back().train_loss, *expected.epochs.back().train_loss);
  EXPECT_EQ(*outcome.epochs.back().test_loss, *expected.epochs.back().test_loss);
}

INSTANTIATE_TEST_SUITE_P(Steps, CheckpointWith,
                         ::testing::Combine(::testing::Values(OptimizerKind::sgd,
                                                              OptimizerKind::adam,
                                                              OptimizerKind::adamw),
                                            ::testing::Values(5, 7)));

std::string refusal(Trainer& trainer, const std::filesystem::path& path) {
  try {
    trainer.resume(path);
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Checkpoint, SaysWhatItIs) {
  const testing::TempTree tree;
  const DataSet data = load_data_set(kData);
  auto options = quick();
  options.max_steps = 7;
  options.seed = 42;
  Trainer trainer{make_network("lenet5"), data, options};
  trainer.train(nullptr);
  trainer.save(tree.path("checkpoint"));
  const Checkpoint checkpoint = read_checkpoint(tree.path("checkpoint"));
  EXPECT_EQ(checkpoint.network, make_network("lenet5"));
  EXPECT_EQ(checkpoint.data, kData);
  EXPECT_EQ(checkpoint.data_fingerprint, data.fingerprint());
  EXPECT_EQ(checkpoint.seed, 42U);
  EXPECT_EQ(checkpoint.epoch, 1);
  EXPECT_EQ(checkpoint.step, 7);
}

TEST(Checkpoint, OfSomethingElseIsRefused) {
  const testing::TempTree tree;
  const DataSet data = load_data_set(kData);
  const DataSet other_data = load_data_set("synthetic:1x28x28:10:330");
  const Network network = make_network("lenet5");
  Trainer trainer{network, data, quick()};
  trainer.save(tree.path("checkpoint"));
  Trainer other_images{network, other_data, quick()};
  EXPECT_THAT(refusal(other_images, tree.path("checkpoint")), HasSubstr("other images"));
  NetworkOptions larger;
  larger.input = Shape{1, 32, 32};
  Trainer other_network{make_network("lenet5", larger), data, quick()};
  EXPECT_THAT(refusal(other_network, tree.path("checkpoint")), HasSubstr("another network"));
  auto options = quick();
  options.batch = 32;
  Trainer other_batch{network, data, options};
  EXPECT_THAT(refusal(other_batch, tree.path("checkpoint")), HasSubstr("--batch 64"));
  Trainer other_optimizer{network, data, quick(OptimizerKind::adam)};
  EXPECT_THAT(refusal(other_optimizer, tree.path("checkpoint")), HasSubstr("other options"));
}

TEST(Checkpoint, ThatIsCutOrDamagedIsRefused) {
  const testing::TempTree tree;
  const DataSet data = load_data_set(kData);
  Trainer trainer{make_network("lenet5"), data, quick()};
  trainer.save(tree.path("good"));
  std::ifstream file{tree.path("good"), std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  tree.write("cut", bytes.substr(0, bytes.size() / 2));
  EXPECT_THAT(refusal(trainer, tree.path("cut")), HasSubstr("damaged"));
  EXPECT_THAT(refusal(trainer, tree.path("absent")), HasSubstr("absent"));
  tree.write("text", "hello");
  EXPECT_THAT(refusal(trainer, tree.path("text")), HasSubstr("no checkpoint"));
  // A bit in the middle lies in some tensor's numbers: every one of them counts.
  for (const double place : {0.3, 0.5, 0.7}) {
    auto damaged = bytes;
    damaged[static_cast<std::size_t>(place * static_cast<double>(bytes.size()))] ^= 4;
    tree.write("bit", damaged);
    EXPECT_THAT(refusal(trainer, tree.path("bit")), HasSubstr("damaged")) << place;
  }
}

TEST(Checkpoint, ThatCannotBeWrittenLeavesNothing) {
  const testing::TempTree tree;
  const DataSet data = load_data_set(kData);
  Trainer trainer{make_network("lenet5"), data, quick()};
  EXPECT_THROW(trainer.save(tree.path("no/such/folder")), CheckpointError);
  EXPECT_TRUE(std::filesystem::is_empty(tree.root()));
}

}  // namespace
}  // namespace erg
