// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <map>

#include "erg/catalogue.h"
#include "erg/trainer.h"
#include "small_training.h"

namespace erg {
namespace {

using testing::quick;
using testing::small_set;

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

// Of a CPU nothing is waited for: the words are kept, and the phases are there or not.
TEST(TrainingSpans, OfTheStudysOwnLevelsArePhasesByTheHostsClock) {
  auto options = quick();
  options.instrumentation = Instrumentation::sync_phases;
  const auto phases = recorded(small_set(), options).rows.at(SpanKind::phase).size();
  for (const auto level : {Instrumentation::nosync1, Instrumentation::nosync3}) {
    options.instrumentation = level;
    const auto [spans, rows] = recorded(small_set(), options);
    EXPECT_EQ(rows.at(SpanKind::phase).size(), phases) << to_string(level);
    EXPECT_FALSE(rows.contains(SpanKind::layer));
    EXPECT_EQ(instrumentation_from(to_string(level)), level);
  }
}

}  // namespace
}  // namespace erg
