// SPDX-License-Identifier: Apache-2.0
// Sequences of faults, as real energy counters show them, judged by an oracle that follows the true
// energy and shares no code with ExactCounter.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "counter_story.h"
#include "erg/counter.h"

namespace erg {
namespace {

// The first thing that is not as the truth has it; empty when all is.
std::optional<std::string> judge(const Story& story) {
  ExactCounter counter{story.rule()};
  std::size_t index = 0;
  for (const Reading& each : story.readings()) {
    const CounterStep step = each.raw ? counter.read(each.time, *each.raw) : counter.miss();
    const std::string where = "reading " + std::to_string(index++) + " at " +
                              std::to_string(Seconds{each.time.time_since_epoch()}.count()) +
                              " s: ";
    const Expected& expected = each.expected;
    if (step.sample.has_value() != expected.delivered) return where + "sample or none";
    if (step.sample && step.sample->time != each.time) return where + "wrong time";
    if (counter.total() != expected.total) {
      return where + "total " + std::to_string(counter.total()) + ", truth " +
             std::to_string(expected.total);
    }
    if (step.sample && step.sample->count != expected.total) return where + "wrong count";
    if (step.gap.has_value() != expected.gap) return where + (step.gap ? "a gap" : "no gap");
    if (!step.gap) continue;
    if (step.gap->reason != *expected.reason) return where + "wrong reason";
    if (step.gap->interval != Interval{expected.gap_begin, each.time}) return where + "wrong gap";
  }
  return std::nullopt;
}

class CounterOracle : public ::testing::TestWithParam<int> {};

constexpr std::uint32_t kSequences = 1000;

TEST_P(CounterOracle, NoSequenceHasAWrongJoule) {
  const auto fault = static_cast<Fault>(GetParam());
  std::size_t readings = 0, wrong = 0;
  for (std::uint32_t seed = 1; seed <= kSequences; ++seed) {
    Story story{fault, seed * 2654435761U};
    story.tell(120);
    readings += story.readings().size();
    if (const auto error = judge(story)) {
      ADD_FAILURE() << kNames[static_cast<std::size_t>(GetParam())] << ", sequence " << seed << ": "
                    << *error;
      if (++wrong == 3) break;
    }
  }
  std::printf("%-12s %u sequences, %zu readings, %zu wrong\n",
              kNames[static_cast<std::size_t>(GetParam())], kSequences, readings, wrong);
}

INSTANTIATE_TEST_SUITE_P(Faults, CounterOracle, ::testing::Range(0, static_cast<int>(Fault::count)),
                         [](const auto& test) {
                           return std::string{kNames[static_cast<std::size_t>(test.param)]};
                         });

}  // namespace
}  // namespace erg
