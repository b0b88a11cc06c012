// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_numbers.h"

#include <gmock/gmock.h>

#include <random>
#include <string>

#include "text_error.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Session {
  std::vector<Nano> time;
  std::vector<Nano> power;
  friend bool operator==(const Session&, const Session&) = default;
};

struct Read {
  std::vector<Session> sessions;
  NumberCounts counts;
  bool cut = false;
};

Read read(std::string text) {
  const auto source = bytes_of(std::move(text), "power.csv");
  CsvNumbers numbers{*source, {"timestamp", "power_in_watts"}};
  Read all;
  NumberChunk chunk;
  while (numbers.next(chunk)) {
    if (all.sessions.size() <= chunk.session) all.sessions.resize(chunk.session + 1);
    all.cut = chunk.last_cut;
    auto& [time, power] = all.sessions[chunk.session];
    time.insert(time.end(), chunk.columns[0].begin(), chunk.columns[0].end());
    power.insert(power.end(), chunk.columns[1].begin(), chunk.columns[1].end());
  }
  all.counts = numbers.counts();
  return all;
}

constexpr Nano kSecond = 1'000'000'000;

TEST(CsvNumbers, ReadsTheColumnsAskedForInAnyOrder) {
  const Session expected{{1 * kSecond, 2 * kSecond}, {10 * kSecond, 20 * kSecond}};
  EXPECT_THAT(read("timestamp,power_in_watts\n1,10\n2,20\n").sessions, ElementsAre(expected));
  EXPECT_THAT(read("power_in_watts,timestamp\n10,1\n20,2\n").sessions, ElementsAre(expected));
  EXPECT_THAT(
      read("timestamp, power_in_watts, sm_clock\r\n1, 10, 2520\r\n2, 20, 2520\r\n").sessions,
      ElementsAre(expected));
  EXPECT_THAT(read("timestamp,power_in_watts,step\n1,10,idle\n2,20,forward\n").sessions,
              ElementsAre(expected));
  EXPECT_THAT(
      read("\xEF\xBB\xBF\"timestamp\",\"power_in_watts\"\n\"1\",\"10\"\n\"2\",\"20\"").sessions,
      ElementsAre(expected));
  EXPECT_THAT(read("\n\ntimestamp,power_in_watts\n\n1,10\n\n2,20\n\n").sessions,
              ElementsAre(expected));
}

TEST(CsvNumbers, BeginsASessionAtEachHeader) {
  const auto all = read(
      "timestamp,power_in_watts\n1,10\ntimestamp, power_in_watts, sm_clock\n5,50,9\n"
      "timestamp,power_in_watts\ntimestamp,power_in_watts\n7,70\n");
  EXPECT_THAT(all.sessions, ElementsAre(Session{{kSecond}, {10 * kSecond}},
                                        Session{{5 * kSecond}, {50 * kSecond}}, Session{},
                                        Session{{7 * kSecond}, {70 * kSecond}}));
  EXPECT_EQ(all.counts.headers, 4u);
  EXPECT_EQ(all.counts.rows, 3u);
  EXPECT_EQ(all.counts.malformed, 0u);
}

TEST(CsvNumbers, CountsAndSkipsWhatIsNoRow) {
  const auto all = read(
      "timestamp,power_in_watts\n1,10\n2\n3,30,4\nfoo,bar\n4;40\n5,\n6,N/A\n7,1e1\n8,70 "
      "W\n9,90\n10,");
  EXPECT_THAT(all.sessions,
              ElementsAre(Session{
                  {kSecond, 5 * kSecond, 6 * kSecond, 7 * kSecond, 9 * kSecond, 10 * kSecond},
                  {10 * kSecond, kMissing, kMissing, 10 * kSecond, 90 * kSecond, kMissing}}));
  EXPECT_EQ(all.counts.malformed, 5u);
  EXPECT_EQ(all.counts.first_malformed, 3u);
  EXPECT_TRUE(all.cut);
  EXPECT_FALSE(read("timestamp,power_in_watts\n1,10\n2,20\n").cut);
  EXPECT_FALSE(read("timestamp,power_in_watts\n1,10\n2").cut);
  EXPECT_TRUE(read("timestamp,power_in_watts\n1,10\n2,2").cut);
}

TEST(CsvNumbers, NamesTheColumnsItMisses) {
  EXPECT_THAT(refusal([] { read("time,power\n1,2\n"); }),
              AllOf(HasSubstr("power.csv, line 1"), HasSubstr("timestamp, power_in_watts"),
                    HasSubstr("time, power")));
  EXPECT_THAT(refusal([] { read(""); }), HasSubstr("empty"));
  EXPECT_THAT(refusal([] { read("\n\n"); }), HasSubstr("empty"));
}

TEST(CsvNumbers, AnOptionalColumnMayBeAbsent) {
  const auto source = bytes_of("t,clock\n1,5\nt\n2\nclock,t\n6,3\n", "t.csv");
  CsvNumbers numbers{*source, {"t"}, {"clock"}};
  NumberChunk chunk;
  std::vector<Nano> clocks;
  std::vector<bool> there;
  while (numbers.next(chunk)) {
    clocks.push_back(chunk.columns[1][0]);
    there.push_back(numbers.has_optional(0));
  }
  EXPECT_THAT(clocks, ElementsAre(5 * kSecond, kMissing, 6 * kSecond));
}

// Chunks, buffer edges and the fast path must not show: compare with the general reader.
TEST(CsvNumbers, AgreesWithTheGeneralReaderOnALargeFile) {
  std::mt19937_64 random{5};
  std::string text = "timestamp,power_in_watts\n";
  for (int row = 0; row < 60'000; ++row) {
    text += std::to_string(1734302499 + row / 500) + "." + std::to_string(random() % 10'000'000) +
            "," + std::to_string(random() % 300) + "." + std::to_string(random() % 1000);
    text += row % 1000 == 17 ? ".7\n" : row % 1000 == 400 ? "e0\r\n" : "\n";
  }
  const auto all = read(text);
  ASSERT_EQ(all.sessions.size(), 1u);
  EXPECT_EQ(all.counts.malformed, 60u);
  const auto source = bytes_of(text, "power.csv");
  CsvReader reader{*source};
  reader.next();
  std::size_t row = 0;
  while (reader.next()) {
    const auto power = parse_nano(reader.fields()[1]);
    if (!power) continue;
    ASSERT_EQ(all.sessions[0].time.at(row), parse_nano(reader.fields()[0]));
    ASSERT_EQ(all.sessions[0].power.at(row), power);
    ++row;
  }
  EXPECT_EQ(row, all.counts.rows);
}

}  // namespace
}  // namespace erg
