// SPDX-License-Identifier: Apache-2.0
// Foreign bytes, changed at random with fixed seeds: every reader gives a value or a FormatError.
// What else could happen (a crash, an overrun, no end) is for the sanitizers and the timeout to
// see.
#include <gmock/gmock.h>

#include <random>
#include <sstream>

#include "erg/byte_source.h"
#include "erg/csv_numbers.h"
#include "erg/csv_reader.h"
#include "erg/json.h"
#include "erg/npy.h"
#include "erg/pickle.h"
#include "erg/python_literal.h"
#include "erg/testing/mutated.h"
#include "text_error.h"

namespace erg {
namespace {

using namespace std::string_literals;

constexpr testing::Mutation kMutation{"\n\r,\"'()[]{}.:-e0193 \xff\x80\x00\x93(tRbcK"};

// Runs `reader` over `rounds` mutations of `sample`; returns how many it could still read.
template <class Reader>
int survivors(const std::string& sample, int rounds, Reader reader) {
  std::mt19937_64 random{sample.size()};
  int read = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string bytes = testing::mutated(sample, kMutation, random);
    if (refusal([&] { reader(bytes); }) == "nothing thrown") ++read;
  }
  return read;
}

constexpr int kRounds = 8000;

TEST(Mutation, Csv) {
  const std::string sample =
      "\xEF\xBB\xBFtimestamp, power_in_watts\r\n1734302499.377663, 14.413\n"
      "\"1734302499.5\",\"22\"\ntimestamp,power_in_watts\n1,\n2,nan\n3,4e0";
  const int read = survivors(sample, kRounds, [](const std::string& bytes) {
    const auto source = bytes_of(bytes, "m");
    CsvNumbers numbers{*source, {"timestamp", "power_in_watts"}};
    NumberChunk chunk;
    while (numbers.next(chunk)) {
      ASSERT_EQ(chunk.columns[0].size(), chunk.rows);
    }
  });
  EXPECT_GT(read, kRounds / 4);
  EXPECT_GT(survivors(sample, kRounds,
                      [](const std::string& bytes) {
                        const auto source = bytes_of(bytes, "m");
                        CsvReader reader{*source};
                        while (reader.next()) ASSERT_FALSE(reader.fields().empty());
                      }),
            kRounds / 4);
}

TEST(Mutation, PythonLiteral) {
  const int read = survivors(
      "{'Conv2d_0': (1734699996.2018855, 1734699996.3964467), 'b': {'c': [1, np.float64(2.5)]}}",
      kRounds, [](const std::string& bytes) {
        PythonLiteral literal;
        literal.parse(bytes);
        ASSERT_EQ(literal.root().next, literal.nodes().size());
      });
  EXPECT_GT(read, kRounds / 20);
}

TEST(Mutation, Npy) {
  std::ostringstream out;
  const std::vector<double> values{1, 2, 3, 4, 5, 6};
  write_npy(out, std::vector<std::size_t>{2, 3}, values);
  const auto reader = [](const std::string& bytes) {
    const auto array = read_npy(*bytes_of(bytes, "m"));
    std::size_t count = 1;
    for (const std::size_t extent : array.shape) count *= extent;
    ASSERT_EQ(array.values.size(), count);
  };
  EXPECT_GT(survivors(out.str(), kRounds, reader), kRounds / 20);
}

TEST(Mutation, Pickle) {
  const std::string sample =
      "\x80\x03"
      "cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\1K\0\x85q\2C\1bq\3\x87q\4Rq\5"
      "(K\1K\2\x85q\6cnumpy\ndtype\nq\7X\2\0\0\0f4q\x08K\0K\1\x87q\x09Rq\x0a"
      "(K\3X\1\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"
      "C\x08\0\0\x80?\0\0\0@tb."s;
  EXPECT_EQ(Pickle(sample, "m").root().numbers, (std::vector<double>{1, 2}));
  const int read = survivors(sample, kRounds, [](const std::string& bytes) {
    const Pickle pickle{bytes, "m"};
    ASSERT_LE(pickle.elements_of_root().size(), std::size_t{1} << 20);
  });
  EXPECT_GT(read, kRounds / 50);
}

TEST(Mutation, Json) {
  const int read = survivors(R"({"a": [1, 2.5e3, "x\n", null], "b": {"c": true}})", kRounds,
                             [](const std::string& bytes) { Json::parse(bytes, "m"); });
  EXPECT_GT(read, kRounds / 50);
}

}  // namespace
}  // namespace erg
