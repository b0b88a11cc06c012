// SPDX-License-Identifier: Apache-2.0
#include "erg/trainer.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

#include "erg/catalogue.h"
#include "small_training.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::quick;
using testing::small_set;

// A subset of a data set, so that a test takes seconds.
DataSet first_images(DataSet data, std::size_t train, std::size_t test) {
  const auto cut = [](ImageSet& set, std::size_t count) {
    set.labels.resize(count);
    set.pixels.resize(count * static_cast<std::size_t>(set.shape.elements()));
  };
  cut(data.train, train);
  cut(data.test, test);
  return data;
}

TEST(Training, LearnsSyntheticImages) {
  const DataSet data = small_set();
  auto options = quick();
  options.epochs = 6;
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(nullptr);
  ASSERT_EQ(outcome.epochs.size(), 6U);
  EXPECT_EQ(outcome.steps, 60);
  EXPECT_LT(*outcome.epochs.back().train_loss, 0.5 * *outcome.epochs.front().train_loss);
  EXPECT_GT(*outcome.epochs.back().test_accuracy, 0.9);
}

TEST(Training, LearnsFashionMnist) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  }
  const DataSet data = first_images(load_data_set("fashion_mnist"), 6'400, 1'000);
  auto options = quick();
  options.epochs = 2;
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(nullptr);
  EXPECT_LT(*outcome.epochs[1].train_loss, *outcome.epochs[0].train_loss);
  EXPECT_GT(*outcome.epochs[1].test_accuracy, 0.7);
}

TEST(Training, RepeatsBitForBitWithTheSameSeed) {
  const DataSet data = small_set();
  const auto losses = [&](std::uint64_t seed) {
    auto options = quick();
    options.seed = seed;
    Trainer trainer{make_network("lenet5"), data, options};
    const auto epoch = trainer.train(nullptr).epochs.front();
    return std::pair{*epoch.train_loss, *epoch.test_loss};
  };
  EXPECT_EQ(losses(7), losses(7));
  EXPECT_NE(losses(7), losses(8));
}

TEST(Training, EndsAfterMaxStepsAndTestsLikewise) {
  auto options = quick();
  options.epochs = 3;
  options.max_steps = 4;
  const DataSet data = small_set();
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(nullptr);
  EXPECT_EQ(outcome.steps, 4);
  EXPECT_EQ(outcome.images, 256);
  EXPECT_EQ(outcome.epochs.size(), 1U);
  EXPECT_TRUE(outcome.cut_short);
  EXPECT_GT(outcome.tests, 0);
  EXPECT_LT(outcome.tests, 1);
}

TEST(Training, StopsAtTheEndOfAStepWhenAsked) {
  const DataSet data = small_set();
  auto options = quick();
  options.epochs = 100;
  std::stop_source stop;
  TrainingListener listener;
  listener.epoch = [&](const EpochResult& result) {
    if (result.epoch == 1) stop.request_stop();
  };
  SpanLog log{HostClock{}};
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(&log, listener, stop.get_token());
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.steps, 20);
  const SpanTable spans = log.table();
  for (SpanIndex i = 0; i < spans.size(); ++i) EXPECT_FALSE(spans.open(i));
}

TEST(Training, LeavesTheTestWhenAskedToStopAndGivesNoResultOfAPart) {
  const DataSet data = small_set();
  auto options = quick();
  options.epochs = 1;
  std::stop_source stop;
  std::int64_t tests = 0;
  TrainingListener listener;
  listener.progress = [&](const TrainingProgress& progress) {
    if (progress.evaluating) ++tests;
    if (!progress.evaluating && progress.step == progress.steps) stop.request_stop();
  };
  SpanLog log{HostClock{}};
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(&log, listener, stop.get_token());
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(tests, 0);
  ASSERT_EQ(outcome.epochs.size(), 1U);
  EXPECT_TRUE(outcome.epochs.front().train_loss);
  EXPECT_FALSE(outcome.epochs.front().test_accuracy);
  const SpanTable spans = log.table();
  for (SpanIndex i = 0; i < spans.size(); ++i) EXPECT_FALSE(spans.open(i));
}

TEST(Training, StoppedBeforeItsFirstStepHasNoEpoch) {
  const DataSet data = small_set();
  std::stop_source stop;
  stop.request_stop();
  Trainer trainer{make_network("lenet5"), data, quick()};
  const auto outcome = trainer.train(nullptr, {}, stop.get_token());
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.steps, 0);
  EXPECT_TRUE(outcome.epochs.empty());
}

TEST(Training, StopsAtTheAccuracyAskedFor) {
  const DataSet data = small_set();
  auto options = quick();
  options.epochs = 50;
  options.until_accuracy = 0.8;
  Trainer trainer{make_network("lenet5"), data, options};
  const auto outcome = trainer.train(nullptr);
  EXPECT_TRUE(outcome.reached);
  EXPECT_LT(outcome.epochs.size(), 50U);
  EXPECT_GE(*outcome.epochs.back().test_accuracy, 0.8);
}

TEST(Training, WarnsWhenTheNetworkHasNotLearned) {
  const DataSet data = small_set();
  for (const double rate : {1e-9, 1e6}) {
    auto options = quick();
    options.optimizer.learning_rate = rate;
    std::vector<std::string> notes;
    TrainingListener listener;
    listener.note = [&](std::string_view text) { notes.emplace_back(text); };
    Trainer trainer{make_network("lenet5"), data, options};
    trainer.train(nullptr, listener);
    ASSERT_EQ(notes.size(), 1U) << rate;
    EXPECT_THAT(notes.front(), HasSubstr("learn"));
  }
}

Network with_options(std::int64_t classes, std::int64_t channels) {
  NetworkOptions options;
  options.classes = classes;
  options.channels = channels;
  return make_network("lenet5", options);
}

// Weights that the first step threw out of the range of 16 bits give gradients that are not finite.
TEST(Training, CountsTheStepsThatFp16Skipped) {
  const DataSet data = small_set();
  auto options = quick();
  options.precision = Precision::fp16;
  options.optimizer.momentum = 0;
  const auto skipped = [&](double rate) {
    options.optimizer.learning_rate = rate;
    Trainer trainer{make_network("lenet5"), data, options};
    EXPECT_EQ(trainer.workload().precision, "fp16");
    return trainer.train(nullptr).skipped_steps;
  };
  EXPECT_LE(skipped(1e-3), 1);
  EXPECT_GE(skipped(1e8), 5);
}

TEST(Training, RunsInThePrecisionThatItSays) {
  const DataSet data = small_set();
  std::map<Precision, double> losses;
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    auto options = quick();
    options.precision = precision;
    Trainer trainer{make_network("lenet5"), data, options};
    EXPECT_EQ(trainer.workload().precision, to_string(precision));
    losses[precision] = *trainer.train(nullptr).epochs.front().train_loss;
  }
  EXPECT_NE(losses[Precision::fp32], losses[Precision::bf16]);
  EXPECT_NEAR(losses[Precision::fp32], losses[Precision::bf16], 0.3);
}

TEST(Training, RefusesWhatDoesNotFit) {
  const DataSet data = small_set();
  const auto refusal = [&](const Network& network, const TrainingOptions& options) {
    try {
      Trainer trainer{network, data, options};
    } catch (const TrainingError& error) {
      return std::string{error.what()};
    }
    return std::string{"no error"};
  };
  EXPECT_THAT(refusal(with_options(10, 3), quick()), HasSubstr("3 channels"));
  EXPECT_THAT(refusal(with_options(5, 1), quick()), HasSubstr("10 classes"));
  auto options = quick();
  options.device = "cuda:99";
  EXPECT_THAT(refusal(make_network("lenet5"), options), HasSubstr("cuda:99"));
  options.device = "tpu";
  EXPECT_THAT(refusal(make_network("lenet5"), options), HasSubstr("no device is called 'tpu'"));
  options = quick();
  options.precision = Precision::tf32;
  EXPECT_THAT(refusal(make_network("lenet5"), options), HasSubstr("tf32"));
}

}  // namespace
}  // namespace erg
