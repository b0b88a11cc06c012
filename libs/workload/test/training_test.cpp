// SPDX-License-Identifier: Apache-2.0
#include "erg/trainer.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

#include "erg/catalogue.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

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

DataSet small_set() { return load_data_set("synthetic:1x28x28:10:640"); }

TrainingOptions quick() {
  TrainingOptions options;
  options.batch = 64;
  options.optimizer.learning_rate = 0.05;
  options.optimizer.momentum = 0.9;
  options.seed = 1;
  options.threads = 1;  // several wait for each other when the machine is busy
  return options;
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

// The spans of a small training, by kind.
struct Recorded {
  SpanTable spans;
  std::map<SpanKind, std::vector<SpanIndex>> rows;
};

Recorded recorded(const DataSet& data, const TrainingOptions& options) {
  SpanLog log{HostClock{}};
  Trainer trainer{make_network("lenet5"), data, options};
  trainer.train(&log);
  Recorded result{log.table(), {}};
  for (SpanIndex i = 0; i < result.spans.size(); ++i) {
    result.rows[result.spans[i].kind].push_back(i);
  }
  return result;
}

// In the order of the table, each row begins where the one before ends, and all fill `whole`.
void expect_tiling(const SpanTable& spans, const std::vector<SpanIndex>& rows, Interval whole) {
  ASSERT_FALSE(rows.empty());
  Timestamp end = whole.begin;
  for (const auto row : rows) {
    EXPECT_EQ(spans.interval(row).begin, end) << spans.name(spans[row].name);
    end = spans.interval(row).end;
  }
  EXPECT_EQ(end, whole.end);
}

TEST(TrainingSpans, OfPhasesTileEachEpochExactly) {
  auto options = quick();
  options.epochs = 2;
  const auto [spans, rows] = recorded(small_set(), options);
  ASSERT_EQ(rows.at(SpanKind::epoch).size(), 2U);
  for (const auto epoch : rows.at(SpanKind::epoch)) {
    const Interval whole = spans.interval(epoch);
    std::vector<SpanIndex> phases;
    for (const auto row : rows.at(SpanKind::phase)) {
      if (whole.contains(spans.interval(row))) phases.push_back(row);
    }
    expect_tiling(spans, phases, whole);
  }
}

TEST(TrainingSpans, HaveTenStepsOfTheEightPhasesInTheirOrder) {
  const auto [spans, rows] = recorded(small_set(), quick());
  ASSERT_EQ(rows.at(SpanKind::step).size(), 10U);
  for (const auto step : rows.at(SpanKind::step)) {
    std::vector<std::string> names;
    std::vector<SpanIndex> phases;
    for (const auto row : rows.at(SpanKind::phase)) {
      if (spans[row].parent != step) continue;
      phases.push_back(row);
      names.emplace_back(spans.name(spans[row].name));
    }
    EXPECT_THAT(names, ::testing::ElementsAre("data", "to_device", "forward", "loss", "backward",
                                              "optimizer", "other"));
    expect_tiling(spans, phases, spans.interval(step));
  }
  std::size_t evaluations = 0;
  for (const auto row : rows.at(SpanKind::phase)) {
    evaluations += spans.name(spans[row].name) == phase::kEvaluate;
  }
  EXPECT_EQ(evaluations, 1U);
}

TEST(TrainingSpans, AreAsManyAsTheLevelAsksFor) {
  auto options = quick();
  options.instrumentation = Instrumentation::none;
  auto [none, none_rows] = recorded(small_set(), options);
  EXPECT_EQ(none.size(), 2U);  // run and epoch
  options.instrumentation = Instrumentation::sync_step;
  auto [steps, step_rows] = recorded(small_set(), options);
  EXPECT_EQ(step_rows.at(SpanKind::step).size(), 10U);
  EXPECT_FALSE(step_rows.contains(SpanKind::phase));
}

TEST(TrainingSpans, OfLayersLieInTheirPhaseAndFillIt) {
  auto options = quick();
  options.instrumentation = Instrumentation::layers;
  options.layer_every = 1;
  const auto [spans, rows] = recorded(small_set(), options);
  const auto& layers = rows.at(SpanKind::layer);
  // 12 nodes of LeNet-5 compute (the input and the flatten do not), forward and backward.
  EXPECT_EQ(layers.size(), 10U * 11U * 2U);
  std::map<SpanIndex, Nanoseconds> by_phase;
  for (const auto row : layers) {
    const Span layer = spans[row];
    EXPECT_TRUE(spans.interval(layer.parent).contains(layer.interval));
    EXPECT_EQ(spans.name(spans[layer.parent].name),
              layer.pass == Pass::forward ? phase::kForward : phase::kBackward);
    by_phase[layer.parent] += layer.interval.length();
  }
  for (const auto& [phase, time] : by_phase) {
    EXPECT_GT(time, 0.8 * spans.interval(phase).length());
  }
}

TEST(TrainingSpans, OfLayersAreOnOneStepInEight) {
  auto options = quick();
  options.batch = 20;  // 32 steps
  options.instrumentation = Instrumentation::layers;
  const auto [spans, rows] = recorded(small_set(), options);
  EXPECT_EQ(rows.at(SpanKind::layer).size(), 4U * 11U * 2U);
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
