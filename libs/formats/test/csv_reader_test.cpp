// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_reader.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "text_error.h"

namespace erg {
namespace {

using Record = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Hands out a text a few bytes at a time, as a pipe may.
class Dripping final : public ByteSource {
 public:
  Dripping(std::string text, std::size_t bytes)
      : ByteSource{"pipe"}, text_{std::move(text)}, bytes_{bytes} {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t size = text_.copy(buffer.data(), std::min(bytes_, buffer.size()), position_);
    position_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t bytes_;
  std::size_t position_ = 0;
};

std::vector<Record> records(ByteSource& source, CsvOptions options = {}) {
  CsvReader reader{source, options};
  std::vector<Record> all;
  while (reader.next()) all.emplace_back(reader.fields().begin(), reader.fields().end());
  return all;
}

std::vector<Record> records(std::string text, CsvOptions options = {}) {
  return records(*bytes_of(std::move(text), "t.csv"), options);
}

TEST(CsvReader, ReadsWhatIsMet) {
  EXPECT_THAT(records("a,b\n1,2\n"), ElementsAre(Record{"a", "b"}, Record{"1", "2"}));
  EXPECT_THAT(records("a,b\r\n1,2\r\n"), ElementsAre(Record{"a", "b"}, Record{"1", "2"}));
  EXPECT_THAT(records("\xEF\xBB\xBF"
                      "a,b"),
              ElementsAre(Record{"a", "b"}));
  EXPECT_THAT(records("a, b , c\n"), ElementsAre(Record{"a", "b", "c"}));
  EXPECT_THAT(records("\n\n1,2\n\n\n3,4\n\n"), ElementsAre(Record{"1", "2"}, Record{"3", "4"}));
  EXPECT_THAT(records(",\n"), ElementsAre(Record{"", ""}));
  EXPECT_THAT(records("a;b,c\n", {.separator = ';'}), ElementsAre(Record{"a", "b,c"}));
  EXPECT_THAT(records(""), ElementsAre());
  EXPECT_THAT(records("\xEF\xBB\xBF"), ElementsAre());
}

TEST(CsvReader, ReadsQuotedFields) {
  EXPECT_THAT(records("\"[1.5, 2.5]\",\"b\"\n"), ElementsAre(Record{"[1.5, 2.5]", "b"}));
  EXPECT_THAT(records("\"say \"\"no\"\"\",x\n"), ElementsAre(Record{"say \"no\"", "x"}));
  EXPECT_THAT(records("\"two\nlines\",x\ny,z\n"),
              ElementsAre(Record{"two\nlines", "x"}, Record{"y", "z"}));
  EXPECT_THAT(records("a, \"b,c\" ,d\n"), ElementsAre(Record{"a", "b,c", "d"}));
  EXPECT_THAT(records("\"\",\"\"\r\n"), ElementsAre(Record{"", ""}));
  EXPECT_THAT(records("5\" disk,x\n"), ElementsAre(Record{"5\" disk", "x"}));
}

TEST(CsvReader, DoesNotDependOnHowTheBytesArrive) {
  const std::string text =
      "\xEF\xBB\xBF"
      "a, \"b\"\"c\nd\" ,e\r\n\r\n1,2,3\n\"x\",,\n4,5";
  const auto expected = records(text);
  ASSERT_EQ(expected.size(), 4u);
  for (std::size_t bytes = 1; bytes < text.size(); ++bytes) {
    Dripping source{text, bytes};
    EXPECT_EQ(records(source), expected) << bytes;
  }
}

TEST(CsvReader, CountsLinesAndTellsACutFile) {
  const auto source = bytes_of("a,b\n\n\"x\ny\",1\n2,3", "t.csv");
  CsvReader reader{*source};
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 1u);
  EXPECT_FALSE(reader.unterminated());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 3u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.line(), 5u);
  EXPECT_TRUE(reader.unterminated());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(CsvReader, RefusesAQuoteThatIsNeverClosed) {
  EXPECT_THAT(refusal([] { records("a,b\n1,\"2\n3,4\n"); }),
              HasSubstr("t.csv, line 2: a quote is never closed"));
}

TEST(CsvReader, RefusesOtherEncodings) {
  EXPECT_THAT(refusal([] {
                records(
                    std::string{"\xFF\xFE"
                                "a\0,\0",
                                6});
              }),
              HasSubstr("iconv -f UTF-16"));
}

// A source without an end and without a newline.
class Endless final : public ByteSource {
 public:
  explicit Endless(char c) : ByteSource{"endless"}, c_{c} {}
  std::size_t read(std::span<char> buffer) override {
    std::ranges::fill(buffer, c_);
    given += buffer.size();
    return buffer.size();
  }
  std::size_t given = 0;

 private:
  char c_;
};

TEST(CsvReader, RefusesALineWithoutAnEnd) {
  for (const char c : {'x', '1', '"', ','}) {
    Endless source{c};
    EXPECT_THAT(refusal([&] { records(source); }), HasSubstr("endless: more than 16 MiB")) << c;
    EXPECT_LT(source.given, std::size_t{40} << 20);
  }
}

TEST(FindColumn, IgnoresCase) {
  const std::vector<std::string_view> header{"Time", "Power"};
  EXPECT_EQ(find_column(header, "power"), 1u);
  EXPECT_EQ(find_column(header, "energy"), std::nullopt);
}

}  // namespace
}  // namespace erg
