// SPDX-License-Identifier: Apache-2.0
#include "erg/units.h"

#include <gtest/gtest.h>

#include "erg/time.h"

namespace erg {
namespace {

using namespace std::chrono_literals;

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};

static_assert(Watts{200} * 500ms == Joules{100});
static_assert(Joules{90} / 30s == Watts{3});
static_assert(Joules{90} / Watts{3} == 30s);
static_assert(watt_hours(1) == Joules{3600});
static_assert(kilowatt_hours(1) == watt_hours(1000));
static_assert(!Addable<Joules, Watts>, "energy and power do not add");
static_assert(!std::is_convertible_v<double, Joules>, "a bare number is not energy");
static_assert(!std::is_convertible_v<Joules, double>, "nor the other way round");
static_assert(!Addable<Timestamp, Timestamp>, "two moments do not add");

TEST(Units, CompareByValue) { EXPECT_LT(millijoules(1), Joules{1}); }

TEST(Interval, IsHalfOpen) {
  const Interval interval{timestamp(1s), timestamp(2s)};
  EXPECT_TRUE(interval.contains(timestamp(1s)));
  EXPECT_FALSE(interval.contains(timestamp(2s)));
  EXPECT_FALSE(interval.overlaps({timestamp(2s), timestamp(3s)}));
}

TEST(Interval, WhatDoesNotMeetHasAnEmptyIntersection) {
  const Interval early{timestamp(1s), timestamp(2s)};
  EXPECT_TRUE(intersection(early, {timestamp(3s), timestamp(4s)}).empty());
  EXPECT_TRUE(intersection({timestamp(3s), timestamp(4s)}, early).empty());
  EXPECT_EQ(intersection(early, {timestamp(0s), timestamp(1500ms)}),
            (Interval{timestamp(1s), timestamp(1500ms)}));
}

}  // namespace
}  // namespace erg
