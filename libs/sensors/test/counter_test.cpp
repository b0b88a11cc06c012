// SPDX-License-Identifier: Apache-2.0
#include "erg/counter.h"

#include <gtest/gtest.h>

#include <random>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;

// A thousand counts, a joule each; no more than 10 W; renewed each 0.1 s; may not rest for 30 s.
constexpr CounterRule kRule{1000, Joules{1}, Watts{10}, Seconds{0.1}, Seconds{30}};

struct Reading {
  double time;
  std::uint64_t raw;
};

struct Case {
  const char* what;
  std::vector<Reading> readings;
  CounterEvent last;
  std::int64_t total;
  std::optional<Gap> gap;
};

class CounterTable : public ::testing::TestWithParam<Case> {};

TEST_P(CounterTable, TellsTheLastReading) {
  const Case& expected = GetParam();
  ExactCounter counter{kRule};
  CounterStep step;
  for (const auto& [time, raw] : expected.readings) step = counter.read(at(time), raw);
  EXPECT_EQ(step.event, expected.last);
  EXPECT_EQ(counter.total(), expected.total);
  EXPECT_EQ(step.gap, expected.gap);
  EXPECT_EQ(step.sample.has_value(), expected.last != CounterEvent::refused);
  if (step.sample) {
    EXPECT_EQ(step.sample->count, expected.total);
  }
}

Gap gap(double begin, double end, GapReason reason) { return {{at(begin), at(end)}, reason}; }

INSTANTIATE_TEST_SUITE_P(
    Cases, CounterTable,
    ::testing::Values(
        Case{"first", {{0, 700}}, CounterEvent::first, 0, {}},
        Case{"advance", {{0, 700}, {1, 705}}, CounterEvent::advanced, 5, {}},
        Case{"repeated", {{0, 700}, {1, 700}}, CounterEvent::repeated, 0, {}},
        Case{"wrap", {{0, 995}, {1, 2}}, CounterEvent::wrapped, 7, {}},
        Case{"wrap to zero", {{0, 999}, {1, 0}}, CounterEvent::wrapped, 1, {}},
        Case{"reset", {{0, 700}, {1, 2}}, CounterEvent::reset, 0, gap(0, 1, GapReason::reset)},
        Case{"impossible step up",
             {{0, 100}, {1, 400}},
             CounterEvent::reset,
             0,
             gap(0, 1, GapReason::reset)},
        Case{"counts on after a reset", {{0, 700}, {1, 2}, {2, 9}}, CounterEvent::advanced, 7, {}},
        Case{
            "late", {{0, 700}, {101, 705}}, CounterEvent::late, 0, gap(0, 101, GapReason::overrun)},
        Case{"late though it went down",
             {{0, 995}, {101, 2}},
             CounterEvent::late,
             0,
             gap(0, 101, GapReason::overrun)},
        Case{"long but not late", {{0, 100}, {90, 900}}, CounterEvent::advanced, 800, {}},
        Case{"stands still",
             {{0, 5}, {20, 5}, {40, 5}},
             CounterEvent::stuck,
             0,
             gap(0, 40, GapReason::unreadable)},
        Case{"still stands still",
             {{0, 5}, {20, 5}, {40, 5}, {41, 5}},
             CounterEvent::stuck,
             0,
             gap(40, 41, GapReason::unreadable)},
        Case{"catches up after a pause of the hardware",
             {{0, 5}, {5, 5}, {5.1, 50}},
             CounterEvent::advanced,
             45,
             {}},
        Case{"renewed just before", {{0, 5}, {0.01, 6}}, CounterEvent::advanced, 1, {}},
        Case{"out of range", {{0, 5}, {1, 1000}}, CounterEvent::refused, 0, {}},
        Case{"not later", {{1, 5}, {1, 6}}, CounterEvent::refused, 0, {}},
        Case{"clock ran back", {{2, 5}, {1, 6}}, CounterEvent::refused, 0, {}},
        Case{"after a refusal", {{0, 5}, {1, 1000}, {2, 9}}, CounterEvent::advanced, 4, {}}),
    [](const auto& test) {
      std::string name = test.param.what;
      std::ranges::replace_if(
          name, [](char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(ExactCounter, AFailedReadLosesNothing) {
  ExactCounter counter{kRule};
  counter.read(at(0), 990);
  EXPECT_EQ(counter.miss().event, CounterEvent::failed);
  EXPECT_FALSE(counter.miss().sample);
  EXPECT_EQ(counter.read(at(3), 5).event, CounterEvent::wrapped);
  EXPECT_EQ(counter.total(), 15);
  EXPECT_EQ(counter.seen(CounterEvent::failed), 2U);
}

TEST(ExactCounter, WithoutAModulusAnyDecreaseIsAReset) {
  ExactCounter counter{{0, Joules{1}, Watts{10}, Seconds{0.1}, Seconds{0}}};
  counter.read(at(0), 18'000'000'000'000'000'000U);
  EXPECT_EQ(counter.read(at(1), 3).event, CounterEvent::reset);
  EXPECT_EQ(counter.read(at(2), 8).sample->count, 5);
}

TEST(ExactCounter, RestsForeverWhereItMay) {
  ExactCounter counter{{1000, Joules{1}, Watts{10}, Seconds{0.1}, Seconds{0}}};
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(counter.read(at(50.0 * i), 3).gap);
  EXPECT_EQ(counter.seen(CounterEvent::repeated), 99U);
}

// Whatever power was drawn, however often the counter wrapped: read in time, not a count is lost.
TEST(ExactCounter, RecoversAnyEnergyReadInTime) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> step_s{0.01, 80};
    std::uniform_real_distribution<double> share{0, 1};
    ExactCounter counter{kRule};
    std::uint64_t energy = random() % 1000;
    const std::uint64_t start = energy;
    double time = 0;
    counter.read(at(time), energy % 1000);
    for (int i = 0; i < 200; ++i) {
      const double since = step_s(random);
      time += since;
      energy += static_cast<std::uint64_t>(1 + 10 * share(random) * since * 0.99);
      if (share(random) < 0.2) {
        counter.miss();
        time += 0.001;
      }
      const CounterStep step = counter.read(at(time), energy % 1000);
      ASSERT_FALSE(step.gap) << "seed " << seed << " reading " << i;
      ASSERT_EQ(step.sample->count, static_cast<std::int64_t>(energy - start)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace erg
