// SPDX-License-Identifier: Apache-2.0
#include "erg/line_reader.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "text_error.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> lines(std::string text) {
  const auto source = bytes_of(std::move(text), "t.txt");
  LineReader reader{*source};
  std::vector<std::string> all;
  while (reader.next()) all.emplace_back(reader.line());
  return all;
}

TEST(LineReader, ReadsEveryLine) {
  EXPECT_THAT(lines("a\n\nb\r\nc"), ElementsAre("a", "", "b", "c"));
  EXPECT_THAT(lines(""), ElementsAre());
  EXPECT_THAT(lines("\n"), ElementsAre(""));
  const std::string longer(300'000, 'x');
  EXPECT_THAT(lines(longer + "\nend\n"), ElementsAre(longer, "end"));
}

TEST(LineReader, TellsACutFileAndRefusesAnEndlessLine) {
  const auto source = bytes_of("a\nb", "t.txt");
  LineReader reader{*source};
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.unterminated());
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.unterminated());
  EXPECT_EQ(reader.number(), 2u);
  EXPECT_FALSE(reader.next());
  EXPECT_THAT(refusal([] { lines(std::string(3 << 20, 'x')); }), HasSubstr("more than 1 MiB"));
}

}  // namespace
}  // namespace erg
