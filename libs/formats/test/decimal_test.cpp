// SPDX-License-Identifier: Apache-2.0
#include "erg/decimal.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <random>

#include "../src/scan_nano.h"

namespace erg {
namespace {

TEST(ParseNano, KeepsEveryDigit) {
  struct Case {
    const char* text;
    Nano value;
  };
  for (const auto& [text, value] : {Case{"1734302499.377663", 1734302499377663000},
                                    {"1734302500.3783681", 1734302500378368100},
                                    {"1734302500", 1734302500000000000},
                                    {"0.000000001", 1},
                                    {"-0.000000001", -1},
                                    {"12.5", 12500000000},
                                    {"+12.5", 12500000000},
                                    {"007.50", 7500000000},
                                    {".5", 500000000},
                                    {"5.", 5000000000},
                                    {" 202.131\r", 202131000000},
                                    {"9223372035.999999999", 9223372035999999999},
                                    {"1e3", 1000000000000},
                                    {"1.5E-3", 1500000},
                                    {"-2.5e0", -2500000000}}) {
    EXPECT_EQ(parse_nano(text), value) << text;
  }
}

TEST(ParseNano, RoundsWhatIsBeyondTheNinthDecimal) {
  EXPECT_EQ(parse_nano("134.54063207598577"), 134540632076);
  EXPECT_EQ(parse_nano("0.0000000005"), 1);
  EXPECT_EQ(parse_nano("-0.0000000005"), -1);
  EXPECT_EQ(parse_nano("0.00000000049999999"), 0);
}

TEST(ParseNano, RefusesWhatIsNoNumberOrTooLarge) {
  for (const char* text :
       {"", " ", "-", ".", "+.", "1.2.3", "12a", "a12", "1 2", "--1", "0x10", "nan", "inf",
        "9223372037", "99999999999999999999", "1e10", "1e", "e5"}) {
    EXPECT_EQ(parse_nano(text), std::nullopt) << text;
  }
}

// The fast scanner may decline, but never disagree.
TEST(ScanNano, AgreesWithTheCarefulParser) {
  std::mt19937_64 random{1};
  constexpr char kLetters[] = "0123456789012345678901234567890123456789..-e ,";
  int read = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text;
    const std::size_t length = random() % 22;
    for (std::size_t n = 0; n < length; ++n) text += kLetters[random() % (sizeof kLetters - 1)];
    std::string padded = text + ";" + std::string(32, static_cast<char>('0' + i % 10));
    Nano value = 0;
    const char* end = scan_nano(padded.c_str(), value);
    if (!end) continue;
    const std::string_view taken{padded.c_str(), static_cast<std::size_t>(end - padded.c_str())};
    ASSERT_EQ(parse_nano(taken), value) << text;
    ++read;
  }
  EXPECT_GT(read, 50'000);
}

TEST(ScanNano, TakesThePlainNumbersOfAFile) {
  for (const char* text : {"1734302499.377663", "14.413", "0", "-3.25", "2655", "0.123456789"}) {
    const std::string padded = std::string{text} + "\n" + std::string(32, '\n');
    Nano value = 0;
    const char* end = scan_nano(padded.c_str(), value);
    ASSERT_TRUE(end) << text;
    EXPECT_EQ(*end, '\n') << text;
    EXPECT_EQ(parse_nano(text), value);
  }
}

// Python writes a time with its shortest digits: reading them must give back the same double.
TEST(NumberOf, GivesTheDoubleThatPythonWrote) {
  std::mt19937_64 random{2};
  std::uniform_real_distribution<double> times{1.6e9, 1.8e9};
  for (int i = 0; i < 100'000; ++i) {
    const double time = times(random);
    char digits[64];
    for (int precision = 1; precision <= 9; ++precision) {
      std::snprintf(digits, sizeof digits, "%.*f", precision, time);
      if (std::stod(digits) == time) break;
    }
    ASSERT_EQ(number_of(*parse_nano(digits)), time) << digits;
  }
}

TEST(NanosecondsOf, IsTheDoubleItself) {
  EXPECT_EQ(nanoseconds_of(1734302500.5).count(), 1734302500500000000);
  EXPECT_EQ(nanoseconds_of(-0.25).count(), -250000000);
  // The double nearest to .3783681 lies 38 ns above it.
  EXPECT_EQ(nanoseconds_of(1734302500.3783681).count(), 1734302500378368139);
}

TEST(SaysMissing, KnowsTheWordsForNothing) {
  for (const char* text : {"", "  ", "nan", "NaN", "[N/A]", "[Not Supported]", "None"}) {
    EXPECT_TRUE(says_missing(text)) << text;
  }
  for (const char* text : {"0", "-", "no", "nano"}) EXPECT_FALSE(says_missing(text)) << text;
}

}  // namespace
}  // namespace erg
