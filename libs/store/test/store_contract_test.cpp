// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "backends.h"
#include "random_run.h"
#include "store_contract.h"

namespace erg {
namespace {

using ::testing::AllOf;
using testing::at;
using testing::between;
using ::testing::HasSubstr;
using testing::named;
using testing::readings;
using testing::this_process;
using ::testing::ThrowsMessage;

template <class Backend>
class StoreContract : public testing::OpenStore<Backend> {};

using Backends = ::testing::Types<ERG_STORE_BACKEND>;
TYPED_TEST_SUITE(StoreContract, Backends);

Span span_of(SpanTable& table, std::string_view name, Interval interval) {
  Span span;
  span.name = table.intern(name);
  span.interval = interval;
  return span;
}

TYPED_TEST(StoreContract, LoadsWhatWasSaved) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Run run = testing::random_run(seed);
    ASSERT_TRUE(this->store_->save(run));
    testing::expect_same(run, this->store_->load(run.header.id));
    testing::expect_same(run, open_store(this->backend_.url())->load(run.header.id));
  }
}

TYPED_TEST(StoreContract, SavesARunOnce) {
  const Run run = testing::random_run(5);
  EXPECT_TRUE(this->store_->save(run));
  EXPECT_FALSE(this->store_->save(run));
  EXPECT_EQ(this->store_->list().size(), 1U);
}

TYPED_TEST(StoreContract, KeepsWhatAWriterWasGiven) {
  const RunHeader header = named("live");
  const auto writer = this->store_->begin(header, this_process());
  EXPECT_EQ(writer->run(), header.id);
  SpanTable spans;
  spans.append(span_of(spans, "run", {at(0), kStillOpen}));
  writer->append_samples(0, readings(0, 700));  // over a minute
  writer->append_samples(1, std::vector<Sample>{{at(1), 5}, {at(1), 6}, {at(0.5), 7}});
  writer->append_gap(1, Gap{between(2, 3), GapReason::reset});
  writer->append_spans(spans, 0);
  writer->heartbeat();
  for (int i = 0; i < 5000; ++i) spans.append(span_of(spans, "step", between(i, i + 1)));
  writer->append_spans(spans, 1);
  writer->append_samples(0, readings(70, 100));
  writer->append_epoch({0, 2.5, std::nullopt, std::nullopt, 0.5});
  writer->append_epoch({0, 1.5, std::nullopt, std::nullopt, 0.75});
  writer->append_note("a note");
  writer->heartbeat();
  spans.close(0, at(5000));
  writer->close_spans(spans, std::vector<SpanIndex>{0});
  Environment environment;
  environment.workload.network = "lenet5";
  environment.command = {"erg", "train"};
  writer->update_environment(environment);
  writer->finish(RunStatus::finished, 0, {10, 1, 2, Seconds{0.5}});

  const Run run = this->store_->load(header.id);
  EXPECT_EQ(run.status, RunStatus::finished);
  EXPECT_EQ(run.exit_status, 0);
  EXPECT_EQ(run.header.environment, environment);
  ASSERT_EQ(run.epochs.size(), 1U);
  EXPECT_EQ(run.epochs[0].test_accuracy, 0.75);
  const Part& part = run.parts.at(0);
  EXPECT_EQ(part.header, this_process());
  ASSERT_EQ(part.timelines[0].size(), 800U);
  EXPECT_NEAR(part.timelines[0].energy(between(0, 79))->value(), 7900, 0.01);
  EXPECT_EQ(part.timelines[1].size(), 1U);
  EXPECT_EQ(part.timelines[1].gaps().size(), 1U);
  ASSERT_EQ(part.spans.size(), 5001U);
  EXPECT_EQ(part.spans.interval(0), between(0, 5000));
  EXPECT_EQ(part.spans.name(part.spans[5000].name), "step");
  EXPECT_EQ(part.cost.missed, 1U);
  EXPECT_THAT(part.notes, ::testing::ElementsAre("a note", HasSubstr("2 readings of 'sm_clock'")));
}

TYPED_TEST(StoreContract, ShowsARunWhileItGoes) {
  const auto writer = this->store_->begin(named("live"), this_process());
  SpanTable spans;
  spans.append(span_of(spans, "run", {at(0), kStillOpen}));
  writer->append_spans(spans, 0);
  writer->append_samples(0, readings(0, 21));
  writer->heartbeat();
  EXPECT_EQ(this->store_->list().at(0).status, RunStatus::running);
  const Run run = this->store_->load(writer->run());
  EXPECT_EQ(run.status, RunStatus::running);
  EXPECT_TRUE(run.parts[0].spans.open(0));
  const RunSummary summary = this->store_->list().at(0);
  EXPECT_EQ(summary.device, "H100");
  ASSERT_TRUE(summary.energy);
  EXPECT_NEAR(summary.energy->value.value(), 200, 0.01);
  EXPECT_NEAR(summary.time->count(), 2, 1e-9);
}

TYPED_TEST(StoreContract, IsInterruptedWithoutFinish) {
  RunId id;
  {
    const auto writer = this->store_->begin(named("gone"), this_process());
    id = writer->run();
    SpanTable spans;
    spans.append(span_of(spans, "run", {at(0), kStillOpen}));
    writer->append_spans(spans, 0);
    writer->append_samples(0, readings(0, 11));
  }
  EXPECT_EQ(this->store_->list().at(0).status, RunStatus::interrupted);
  EXPECT_EQ(this->store_->status(id), RunStatus::interrupted);
  EXPECT_THROW(this->store_->status(Uuid::random()), StoreError);
  const Run run = this->store_->load(id);
  EXPECT_EQ(run.status, RunStatus::interrupted);
  EXPECT_EQ(run.parts[0].spans.interval(0), between(0, 1));
  EXPECT_THAT(run.parts[0].notes, ::testing::Contains(HasSubstr("interrupted")));
}

TYPED_TEST(StoreContract, JudgesWhatItCannotSeeByTheHeartbeat) {
  PartHeader part = this_process();
  part.process = 1 << 29;  // above the largest process number
  const auto writer = this->store_->begin(named("gone"), part);
  writer->heartbeat();
  part.host = "elsewhere";
  const auto far = this->store_->begin(named("far"), part);
  far->heartbeat();
  for (const auto& run : this->store_->list()) {
    // Of another host only the heartbeat speaks, and it is young.
    EXPECT_EQ(run.status, RunStatus::running) << run.name;
    EXPECT_EQ(this->store_->status(run.id), RunStatus::running) << run.name;
  }
}

TYPED_TEST(StoreContract, JoinsPartsOfOneRun) {
  const auto owner = this->store_->begin(named("both"), this_process());
  const auto other = open_store(this->backend_.url());
  EXPECT_EQ(other->first_part(owner->run()), this_process());
  PartHeader part = this_process();
  part.rank = 1;
  part.channels.clear();
  part.devices.clear();
  const auto joined = other->join(owner->run(), part);
  SpanTable spans;
  spans.append(span_of(spans, "train", between(1, 2)));
  joined->append_spans(spans, 0);
  joined->finish(RunStatus::finished, std::nullopt, {});
  EXPECT_EQ(this->store_->list().at(0).status, RunStatus::running);
  owner->append_samples(0, readings(0, 10));
  owner->finish(RunStatus::failed, 3, {});
  const Run run = this->store_->load(owner->run());
  EXPECT_EQ(run.status, RunStatus::failed);
  EXPECT_EQ(run.exit_status, 3);
  ASSERT_EQ(run.parts.size(), 2U);
  EXPECT_EQ(run.parts[1].header, part);
  EXPECT_EQ(run.parts[1].spans.size(), 1U);
  EXPECT_THAT([&] { this->store_->join(RunId::random(), part); },
              ThrowsMessage<StoreError>(HasSubstr("no run")));
}

TYPED_TEST(StoreContract, GivesTheNextFreeRankToThoseWhoJoinWithoutOne) {
  const auto owner = this->store_->begin(named("ranks"), this_process());
  PartHeader part = this_process();
  part.channels.clear();
  for (const std::int32_t rank : {kNextRank, kNextRank, 7, kNextRank}) {
    part.rank = rank;
    this->store_->join(owner->run(), part)->finish(RunStatus::finished, std::nullopt, {});
  }
  owner->finish(RunStatus::finished, 0, {});
  std::vector<std::int32_t> ranks;
  for (const auto& one : this->store_->load(owner->run()).parts) ranks.push_back(one.header.rank);
  EXPECT_EQ(ranks, (std::vector<std::int32_t>{0, 1, 2, 7, 8}));
  EXPECT_EQ(this->store_->header(owner->run()).name, "ranks");
  EXPECT_THAT([&] { this->store_->header(RunId::random()); },
              ThrowsMessage<StoreError>(HasSubstr("no run")));
}

TYPED_TEST(StoreContract, WritersOfManyThreadsDoNotLoseAnything) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 25;
  std::vector<std::unique_ptr<RunWriter>> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.push_back(this->store_->begin(named("w" + std::to_string(i)), this_process()));
  }
  const auto beat = [](RunWriter& writer) {  // another writer's turn may come first: try again
    for (;;) {
      try {
        return writer.heartbeat();
      } catch (const StoreError&) {
      }
    }
  };
  std::vector<std::jthread> threads;
  for (auto& writer : writers) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        writer->append_samples(0, readings(round, 10));
        beat(*writer);
      }
    });
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        writer->append_epoch({round, 1.0 * round, {}, {}, {}});
        beat(*writer);
      }
    });
  }
  threads.clear();
  for (auto& writer : writers) {
    writer->finish(RunStatus::finished, 0, {});
    const Run run = this->store_->load(writer->run());
    EXPECT_EQ(run.parts[0].timelines[0].size(), 10U * kRounds);
    EXPECT_EQ(run.epochs.size(), static_cast<std::size_t>(kRounds));
  }
}

TYPED_TEST(StoreContract, RemovesAllOfARun) {
  const Run run = testing::random_run(3);
  this->store_->save(run);
  const Run other = testing::random_run(4);
  this->store_->save(other);
  this->store_->remove(run.header.id);
  EXPECT_THROW(this->store_->load(run.header.id), StoreError);
  EXPECT_THROW(this->store_->remove(run.header.id), StoreError);
  EXPECT_EQ(this->store_->list().size(), 1U);
  EXPECT_TRUE(this->store_->save(run));  // and it may come again, whole
  testing::expect_same(run, this->store_->load(run.header.id));
  testing::expect_same(other, this->store_->load(other.header.id));
}

TYPED_TEST(StoreContract, ReplacesTags) {
  const Run run = testing::random_run(3);
  this->store_->save(run);
  this->store_->set_tags(run.header.id, {{"cap", "200"}, {"room", "7"}});
  this->store_->set_tags(run.header.id, {{"cap", "150"}});
  EXPECT_EQ(this->store_->list().at(0).tags, (std::map<std::string, std::string>{{"cap", "150"}}));
  EXPECT_THROW(this->store_->set_tags(RunId::random(), {}), StoreError);
}

TYPED_TEST(StoreContract, ReplacesABreakdownOfTheSameKind) {
  Run run = testing::random_run(3);
  run.breakdowns.clear();
  this->store_->save(run);
  Breakdown breakdown;
  breakdown.by = Grouping::run;
  breakdown.method = "timeline";
  breakdown.rows.resize(3);
  breakdown.total.energy = EnergyEstimate{Joules{10}, Joules{1}, 0.02, Provenance::measured};
  breakdown.total.time = TimeEstimate{Seconds{2}, Seconds{0}, 0, Provenance::measured};
  this->store_->save_breakdown(run.header.id, breakdown);
  breakdown.rows.resize(1);
  breakdown.total.energy->value = Joules{20};
  this->store_->save_breakdown(run.header.id, breakdown);
  breakdown.by = Grouping::phase;
  breakdown.total.energy->value = Joules{30};
  this->store_->save_breakdown(run.header.id, breakdown);
  const Run loaded = this->store_->load(run.header.id);
  ASSERT_EQ(loaded.breakdowns.size(), 2U);
  EXPECT_EQ(loaded.breakdowns[0].rows.size(), 1U);
  testing::expect_same(breakdown, loaded.breakdowns[1]);
  const RunSummary summary = this->store_->list().at(0);
  EXPECT_EQ(summary.energy, (EnergyEstimate{Joules{20}, Joules{1}, 0.02, Provenance::measured}));
  EXPECT_EQ(summary.time, Seconds{2});
  EXPECT_THROW(this->store_->save_breakdown(RunId::random(), breakdown), StoreError);
}

TYPED_TEST(StoreContract, RefusesToBeginARunTwice) {
  const RunHeader header = named("one");
  const auto writer = this->store_->begin(header, this_process());
  EXPECT_THAT([&] { this->store_->begin(header, this_process()); },
              ThrowsMessage<StoreError>(HasSubstr("already")));
}

}  // namespace
}  // namespace erg
