// SPDX-License-Identifier: Apache-2.0
#include "../src/time_text.h"

#include <gmock/gmock.h>

namespace erg::exchange {
namespace {

std::int64_t milliseconds(std::string_view text) {
  const auto time = parse_time_text(text);
  return time ? time->time_since_epoch().count() / 1'000'000 : -1;
}

TEST(TimeText, ReadsWhatToolsWrite) {
  EXPECT_EQ(milliseconds("2023/07/08 19:28:27.236"), 1688844507236);
  EXPECT_EQ(milliseconds("2023-07-08T19:28:27"), 1688844507000);
  EXPECT_EQ(milliseconds(" 2023-07-08 19:28:27.5Z "), 1688844507500);
  EXPECT_EQ(milliseconds("2023-07-08T19:28:27+02:00"), 1688837307000);
  EXPECT_EQ(milliseconds("2023-07-08T19:28:27-0130"), 1688849907000);
  EXPECT_EQ(milliseconds("2024-02-29T00:00:00"), 1709164800000);
  for (const char* text : {"", "2023-07-08", "2023-13-08T19:28:27", "2023-02-29T00:00:00",
                           "2023-07-08T25:00:00", "2023-07-08T19:28:27x", "1023-07-08T19:28:27",
                           "08.07.2023 19:28:27", "2023-07-08T19:28:27+", "2023-07-08T19:28:27."}) {
    EXPECT_EQ(milliseconds(text), -1) << text;
  }
}

TEST(TimeText, ReadsPowermetricsDates) {
  EXPECT_EQ(parse_date_text("Sun Oct 22 14:38:08 2023 +0200")->time_since_epoch().count(),
            1697978288000000000);
  EXPECT_EQ(parse_date_text("Thu Nov  2 14:38:08 2023 +0000")->time_since_epoch().count(),
            1698935888000000000);
  for (const char* text : {"", "Sun Foo 22 14:38:08 2023 +0200", "Sun Oct 32 14:38:08 2023 +0200",
                           "Sun Oct 22 14:38", "Sun Oct x 14:38:08 2023"}) {
    EXPECT_EQ(parse_date_text(text), std::nullopt) << text;
  }
}

TEST(TimeText, WritesSeconds) {
  EXPECT_EQ(time_text(*parse_time_text("2023-07-08T19:28:27.9")), "2023-07-08T19:28:27");
  EXPECT_EQ(time_text(UtcTime{}), "1970-01-01T00:00:00");
}

}  // namespace
}  // namespace erg::exchange
