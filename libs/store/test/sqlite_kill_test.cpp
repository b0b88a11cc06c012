// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "backends.h"
#include "erg/host_clock.h"
#include "erg/maintenance.h"
#include "random_run.h"

namespace erg {
namespace {

using ::testing::IsEmpty;
using testing::named;
using testing::this_process;

// What the child knows to be durable, in memory that outlives it.
struct Durable {
  std::atomic<std::uint64_t> samples;
  std::atomic<std::uint64_t> spans;
};

// Writes without pause, as a run does, until it is killed.
[[noreturn]] void write_for_ever(const std::string& url, RunId id, Durable& durable) {
  const auto store = open_store(url);
  RunHeader header = named("killed");
  header.id = id;
  PartHeader part = this_process();
  const HostClock clock;
  part.clock = clock.identity();
  part.monotonic_zero = clock.monotonic_zero();
  const auto writer = store->begin(header, part);
  SpanTable spans;
  Span span;
  span.name = spans.intern("run");
  span.kind = SpanKind::run;
  spans.append(span);
  span.name = spans.intern("step");
  span.kind = SpanKind::step;
  std::int64_t time = 0;
  std::uint64_t samples = 0;
  for (SpanIndex first = 0;; first = static_cast<SpanIndex>(spans.size())) {
    for (int i = 0; i < 100; ++i, ++samples, time += 70'000'000) {
      const Sample sample{Timestamp{Nanoseconds{time}}, time / 1000};
      writer->append_samples(0, {&sample, 1});
      span.interval = {sample.time, sample.time + Nanoseconds{100}};
      if (i % 2 == 0) spans.append(span);
    }
    writer->append_spans(spans, first);
    writer->heartbeat();
    durable.samples = samples;
    durable.spans = spans.size();
  }
}

class SqliteKill : public ::testing::Test {
 protected:
  void SetUp() override {
    void* shared =
        ::mmap(nullptr, sizeof(Durable), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    durable_ = new (shared) Durable{};
  }
  void TearDown() override { ::munmap(durable_, sizeof(Durable)); }

  // Kills a writer after the time and looks at what it left.
  void kill_after(std::chrono::microseconds time) {
    const RunId id = RunId::random();
    durable_->samples = durable_->spans = 0;
    const pid_t child = ::fork();
    if (child == 0) write_for_ever(backend_.url(), id, *durable_);
    std::this_thread::sleep_for(time);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);

    const auto store = open_store(backend_.url());
    const auto runs = store->list();
    const auto found = std::ranges::find(runs, id, &RunSummary::id);
    if (found == runs.end()) {
      EXPECT_EQ(durable_->samples, 0U);
      return;
    }
    ++begun_;
    EXPECT_EQ(found->status, RunStatus::interrupted);
    const erg::Run run = store->load(id);
    EXPECT_EQ(run.status, RunStatus::interrupted);
    const Part& part = run.parts.at(0);
    EXPECT_GE(part.timelines[0].size(), durable_->samples);
    EXPECT_GE(part.spans.size(), durable_->spans);
    if (!part.spans.empty()) {
      EXPECT_FALSE(part.spans.open(0));
      EXPECT_GE(part.spans.interval(0).end, part.timelines[0].times().back());
    }
  }

  void kill_at_random_moments(int times) {
    std::mt19937_64 random{20260101};
    std::uniform_int_distribution<int> moment{0, 60'000};
    for (int i = 0; i < times && !HasFailure(); ++i) {
      kill_after(std::chrono::microseconds{moment(random)});
    }
    EXPECT_GT(begun_, times / 4);
    EXPECT_THAT(check_store(backend_.url()).problems, IsEmpty());
    EXPECT_TRUE(open_store(backend_.url())->save(testing::random_run(1)));  // it goes on
  }

  testing::SqliteBackend backend_;
  Durable* durable_ = nullptr;
  int begun_ = 0;
};

TEST_F(SqliteKill, LosesNothingThatAHeartbeatWrote) { kill_at_random_moments(ERG_KILLS); }

}  // namespace
}  // namespace erg
