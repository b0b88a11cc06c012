// SPDX-License-Identifier: Apache-2.0
#include "erg/span_log.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "erg/scoped_span.h"
#include "erg/testing/at.h"
#include "erg/testing/memory_writer.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

TEST(SpanLog, NestsWhatIsOpenedInside) {
  SpanLog log{HostClock{}};
  const auto run = log.open(log.intern("run"), SpanKind::run, at(0));
  const auto epoch = log.open(log.intern("epoch"), SpanKind::epoch, at(1));
  log.close(epoch, at(2));
  const auto second = log.open(log.intern("epoch"), SpanKind::epoch, at(2));
  log.close(run, at(3));
  const auto table = log.table();
  EXPECT_EQ(table[run].parent, kNoSpan);
  EXPECT_EQ(table[epoch].parent, run);
  EXPECT_EQ(table[second].parent, run);
  EXPECT_EQ(table.interval(second), between(2, 3)) << "closed with the span it was opened in";
  EXPECT_EQ(log.innermost(), kNoSpan);
}

TEST(SpanLog, ASpanNeverEndsBeforeItBegins) {
  SpanLog log{HostClock{}};
  const auto span = log.open(log.intern("x"), SpanKind::range, at(5));
  log.close(span, at(4));
  EXPECT_EQ(log.table().interval(span), between(5, 5));
}

TEST(ScopedSpan, CostsNothingWhenNobodyListens) {
  const ScopedSpan span{nullptr, "x"};
  EXPECT_EQ(span.index(), kNoSpan);
}

TEST(ScopedSpan, ClosesAtTheEndOfItsScope) {
  SpanLog log{HostClock{}};
  { const ScopedSpan span{&log, "x"}; }
  ASSERT_EQ(log.size(), 1u);
  EXPECT_FALSE(log.table().open(0));
}

// However flushes fall between openings and closings, the writer ends up with the same table.
TEST(SpanLog, FlushesEveryRowOnceAndItsEnd) {
  std::mt19937_64 random{7};
  for (int trial = 0; trial < 200; ++trial) {
    SpanLog log{HostClock{}};
    testing::MemoryWriter writer{{}};
    std::vector<SpanIndex> open;
    double now = 0;
    for (int i = 0; i < 60; ++i) {
      now += 1;
      const auto choice = random() % 4;
      if (choice == 0 && !open.empty()) {
        log.close(open.back(), at(now));
        open.pop_back();
      } else if (choice == 1) {
        log.flush(writer);
      } else if (choice == 2) {
        Span span;
        span.name = log.intern("device");
        span.interval = between(now - 1, now);
        log.add(span);
      } else {
        open.push_back(log.open(log.intern(std::to_string(random() % 5)), SpanKind::step, at(now)));
      }
    }
    for (; !open.empty(); open.pop_back()) log.close(open.back(), at(now + 1));
    log.flush(writer);
    const auto expected = log.table();
    const auto got = writer.part().spans;
    ASSERT_EQ(got.size(), expected.size());
    for (SpanIndex i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], expected[i]);
      ASSERT_EQ(got.name(got[i].name), expected.name(expected[i].name));
    }
  }
}

TEST(SpanLog, TakesSpansWhileAnotherThreadFlushes) {
  SpanLog log{HostClock{}};
  testing::MemoryWriter writer{{}};
  std::jthread flusher{[&](std::stop_token stop) {
    while (!stop.stop_requested()) log.flush(writer);
  }};
  const auto step = log.intern("step");
  for (int i = 0; i < 2000; ++i) ScopedSpan{&log, step, SpanKind::step};
  flusher.request_stop();
  flusher.join();
  log.flush(writer);
  const auto spans = writer.part().spans;
  ASSERT_EQ(spans.size(), 2000u);
  for (SpanIndex i = 0; i < spans.size(); ++i) EXPECT_FALSE(spans.open(i));
}

}  // namespace
}  // namespace erg
