// SPDX-License-Identifier: Apache-2.0
#include "erg/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace erg {
namespace {

TEST(Number, LeavesTwoDigitsOfTheUncertainty) {
  struct Case {
    double value;
    double u;
    const char* text;
  };
  const Case cases[] = {
      {21910.4, 548.1, "21910"}, {4.5071, 0.0031, "4.5071"}, {4.5071, 0.031, "4.507"},
      {123.456, 12, "123"},      {123.456, 1.2, "123.5"},    {0.1, 0.1, "0.10"},
      {-3.25, 0.5, "-3.25"},     {0, 0.01, "0.000"},
  };
  for (const auto& one : cases) EXPECT_EQ(number(one.value, one.u), one.text);
}

TEST(Number, HasFourDigitsWhereTheUncertaintyIsUnknown) {
  EXPECT_EQ(number(1234.5), "1234");
  EXPECT_EQ(number(12.345), "12.35");
  EXPECT_EQ(number(0.012345), "0.01235");
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(1000), "1000");
}

TEST(Number, EndsWhereTold) {
  EXPECT_EQ(number(0.00001463, 0, 5), "0.00001");
  EXPECT_EQ(number(12.3456, 0.0012, 2), "12.35");
}

TEST(Number, SaysNothingOfWhatIsNone) {
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity(), 1), "-");
  EXPECT_EQ(number(1, std::numeric_limits<double>::quiet_NaN()), "1.000");
  EXPECT_EQ(number(-0.0), "0");
}

TEST(Text, ChoosesTheUnit) {
  EXPECT_EQ(text(Joules{21910}), "21.91 kJ");
  EXPECT_EQ(text(Joules{0.0045}), "4.500 mJ");
  EXPECT_EQ(text(Joules{0}), "0 J");
  EXPECT_EQ(text(Joules{-2500}), "-2.500 kJ");
  EXPECT_EQ(text(Watts{243.4}), "243.4 W");
  EXPECT_EQ(text(Watts{12000}), "12.00 kW");
  EXPECT_EQ(text(Seconds{0.0123}), "12.30 ms");
  EXPECT_EQ(text(Seconds{90}), "90.00 s");
  EXPECT_EQ(text(Seconds{754}), "12 min 34 s");
  EXPECT_EQ(text(Seconds{7500}), "2 h 05 min");
}

TEST(Text, OfAnEstimateHoldsAllOfItsUncertainty) {
  const EnergyEstimate energy{Joules{21910}, Joules{20}, 0.025, Provenance::measured};
  EXPECT_EQ(text(energy), "21.91 ± 0.55 kJ");
  EXPECT_EQ(text(EnergyEstimate{Joules{3}, Joules{0}, 0, Provenance::assumed}), "3.000 J");
}

TEST(UtcText, IsIso8601) {
  const UtcTime time{std::chrono::seconds{1764045816} + std::chrono::nanoseconds{999}};
  EXPECT_EQ(utc_text(time), "2025-11-25T04:43:36Z");
  EXPECT_EQ(utc_short(time), "2025-11-25 04:43:36");
  EXPECT_EQ(utc_text(UtcTime{}), "");
  EXPECT_EQ(utc_short(UtcTime{}), "");
}

}  // namespace
}  // namespace erg
