// SPDX-License-Identifier: Apache-2.0
#include "erg/reading_tally.h"

#include <gmock/gmock.h>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Channel counter() {
  Channel channel;
  channel.name = "energy";
  channel.device = "cpu-0";
  channel.kind = ChannelKind::energy_counter;
  channel.unit = Unit::joule;
  channel.refresh = Seconds{0.001};
  return channel;
}

Slot sample(double time, std::int64_t count) { return {{{at(time), count}}, {}, Absence::none}; }

TEST(ReadingTally, SaysNothingWhereAllWentWell) {
  ReadingTally tally;
  for (int i = 0; i < 5; ++i) tally.add(sample(i, i));
  tally.add({{}, {}, Absence::nothing_new});
  EXPECT_THAT(tally.notes(counter()), IsEmpty());
  EXPECT_THAT(ReadingTally{}.notes(counter()), IsEmpty());
}

TEST(ReadingTally, CountsEachKindOfFailureByName) {
  ReadingTally tally;
  tally.add(sample(0, 0));
  tally.add({{}, {}, Absence::malformed});
  tally.add({{}, {}, Absence::malformed});
  tally.add({{}, {}, Absence::failed});
  tally.add({{{at(4), 9}}, Gap{between(0, 4), GapReason::reset}, Absence::none});
  EXPECT_THAT(
      tally.notes(counter()),
      ElementsAre("cpu-0 energy: 1 of 5 reads failed", "cpu-0 energy: 2 of 5 reads malformed",
                  HasSubstr("cpu-0 energy: 1 gap (reset), 4.00 s")));
}

TEST(ReadingTally, AChannelThatToldNothingIsInNoTotal) {
  ReadingTally tally;
  tally.add({{}, {}, Absence::device_lost});
  EXPECT_THAT(tally.notes(counter()), ElementsAre(HasSubstr("no total has its joules")));
  Channel clock = counter();
  clock.kind = ChannelKind::gauge;
  EXPECT_THAT(tally.notes(clock), IsEmpty());
}

TEST(ReadingTally, ACounterThatNeverMovedMeasuredNothing) {
  ReadingTally tally;
  tally.add(sample(0, 0));
  tally.add(sample(0.15, 0));
  EXPECT_THAT(tally.notes(counter()), IsEmpty());
  tally.add(sample(0.5, 0));
  EXPECT_THAT(tally.notes(counter()), ElementsAre(HasSubstr("stood still for all of 0.50 s")));
  Channel formula = counter();
  formula.provenance = Provenance::modelled;
  EXPECT_THAT(tally.notes(formula), IsEmpty());
}

}  // namespace
}  // namespace erg
