// SPDX-License-Identifier: Apache-2.0
#include "erg/span.h"

#include <gtest/gtest.h>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

TEST(SpanTable, GivesBackWhatItTook) {
  SpanTable table;
  const auto name = table.intern("Conv2d_0");
  const Span parent{name,      SpanKind::step, Pass::none,   SpanClock::host,
                    kNoDevice, kNoSpan,        between(0, 3)};
  const auto first = table.append(parent);
  const Span span{table.intern("Conv2d_0"),
                  SpanKind::layer,
                  Pass::backward,
                  SpanClock::device,
                  2,
                  first,
                  between(1, 2)};
  const auto second = table.append(span);
  EXPECT_EQ(table[first], parent);
  EXPECT_EQ(table[second], span);
  EXPECT_EQ(table.name(span.name), "Conv2d_0");
  EXPECT_EQ(table.names().size(), 1u) << "the same name is kept once";
}

TEST(SpanTable, IsOpenUntilClosed) {
  SpanTable table;
  Span span;
  span.name = table.intern("epoch");
  span.interval.begin = at(1);
  const auto index = table.append(span);
  EXPECT_TRUE(table.open(index));
  table.close(index, at(2));
  EXPECT_FALSE(table.open(index));
  EXPECT_EQ(table.interval(index), between(1, 2));
}

TEST(SpanTable, NamesStayThemselvesWhenMoreCome) {
  SpanTable table;
  std::vector<NameId> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(table.intern("layer " + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(table.name(ids[i]), "layer " + std::to_string(i));
}

}  // namespace
}  // namespace erg
