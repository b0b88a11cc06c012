// SPDX-License-Identifier: Apache-2.0
#include "erg/run.h"

#include <gtest/gtest.h>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

void add_span(Part& part, SpanKind kind, Interval interval) {
  Span span;
  span.name = part.spans.intern("x");
  span.kind = kind;
  span.interval = interval;
  part.spans.append(span);
}

TEST(Extent, IsTheRunSpanWhereThereIsOne) {
  Part part;
  add_span(part, SpanKind::run, between(1, 5));
  add_span(part, SpanKind::range, between(0, 9));
  EXPECT_EQ(extent(part), between(1, 5));
}

TEST(Extent, CoversReadingsAndSpansOfAnInterruptedRun) {
  Part part;
  add_span(part, SpanKind::run, {at(1), kStillOpen});
  add_span(part, SpanKind::step, between(2, 3));
  Timeline power{Channel{}};
  power.append(Sample{at(2), 1});
  power.append(Sample{at(7), 1});
  part.timelines.push_back(power);
  EXPECT_EQ(extent(part), between(1, 7));
}

TEST(Extent, OfNothingIsNothing) { EXPECT_FALSE(extent(Part{})); }

TEST(Names, AreWordsBothWays) {
  for (const auto word : {"measured", "attributed", "imported", "modelled", "assumed"}) {
    EXPECT_EQ(to_string(*provenance_from(word)), word);
  }
  for (const auto word :
       {"run", "epoch", "phase", "layer", "layer_kind", "device", "range", "rank", "host"}) {
    EXPECT_EQ(to_string(*grouping_from(word)), word);
  }
  EXPECT_FALSE(provenance_from("guessed"));
  EXPECT_EQ(to_string(RunStatus::interrupted), "interrupted");
  EXPECT_EQ(to_string(Unit::watt), "W");
}

}  // namespace
}  // namespace erg
