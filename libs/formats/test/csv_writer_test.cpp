// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_writer.h"

#include <gmock/gmock.h>

#include <limits>
#include <random>
#include <sstream>

#include "erg/csv_reader.h"
#include "erg/decimal.h"

namespace erg {
namespace {

TEST(CsvWriter, QuotesOnlyWhereNeeded) {
  std::ostringstream out;
  CsvWriter writer{out};
  writer.field("plain").field("a,b").field("say \"no\"").field("").field(12).field(0.1).end_row();
  writer.field(std::numeric_limits<double>::quiet_NaN()).field(" x").field("two\nlines").end_row();
  EXPECT_EQ(out.str(), "plain,\"a,b\",\"say \"\"no\"\"\",,12,0.1\n,\" x\",\"two\nlines\"\n");
}

TEST(CsvWriter, IsReadBackAsItWas) {
  std::mt19937_64 random{3};
  constexpr char kLetters[] = "ab,\"\n\r \t1.;";
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string> fields(1 + random() % 5);
    for (auto& field : fields) {
      for (std::size_t n = random() % 8; n > 0; --n) field += kLetters[random() % 10];
    }
    fields.push_back("end");  // a row of one empty field would be an empty line
    std::ostringstream out;
    CsvWriter writer{out};
    for (const auto& field : fields) writer.field(field);
    writer.end_row();
    const auto source = bytes_of(out.str(), "t.csv");
    CsvReader reader{*source};
    ASSERT_TRUE(reader.next());
    const std::vector<std::string> read(reader.fields().begin(), reader.fields().end());
    ASSERT_EQ(read, fields) << out.str();
    ASSERT_FALSE(reader.next());
  }
}

TEST(CsvWriter, WritesDoublesExactly) {
  std::mt19937_64 random{4};
  std::uniform_real_distribution<double> numbers{-1e6, 1e6};
  for (int i = 0; i < 10'000; ++i) {
    const double number = numbers(random);
    std::ostringstream out;
    CsvWriter writer{out};
    writer.field(number).end_row();
    ASSERT_EQ(parse_number(out.str().substr(0, out.str().size() - 1)), number);
  }
}

}  // namespace
}  // namespace erg
