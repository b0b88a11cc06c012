// SPDX-License-Identifier: Apache-2.0
#include "erg/npy.h"

#include <gmock/gmock.h>

#include <cstring>
#include <sstream>

#include "text_error.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string npy(std::string_view header, std::string_view data, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  const std::size_t length = header.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes.append(header).append(data);
}

template <class Number>
std::string raw(std::initializer_list<Number> numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), numbers.begin(), bytes.size());
  return bytes;
}

std::string header(const std::string& type, const std::string& shape, bool fortran = false) {
  return "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }          \n";
}

NpyArray read(std::string bytes) { return read_npy(*bytes_of(std::move(bytes), "x.npy")); }

TEST(ReadNpy, ReadsEveryNumberType) {
  EXPECT_THAT(read(npy(header("<f8", "(2,)"), raw({1.5, -2.5}))).values, ElementsAre(1.5, -2.5));
  EXPECT_THAT(read(npy(header("<f4", "(2,)"), raw({1.5f, -2.5f}))).values, ElementsAre(1.5, -2.5));
  EXPECT_THAT(read(npy(header("<i8", "(2,)"), raw<std::int64_t>({1, -2}))).values,
              ElementsAre(1, -2));
  EXPECT_THAT(read(npy(header("<i4", "(2,)"), raw<std::int32_t>({1, -2}))).values,
              ElementsAre(1, -2));
  EXPECT_THAT(read(npy(header("|u1", "(2,)"), "\xff\x01")).values, ElementsAre(255, 1));
  EXPECT_THAT(read(npy(header("|i1", "(2,)"), "\xff\x01")).values, ElementsAre(-1, 1));
  EXPECT_THAT(read(npy(header("|b1", "(2,)"), std::string{"\0\1", 2})).values, ElementsAre(0, 1));
  EXPECT_THAT(read(npy(header(">i2", "(2,)"), std::string{"\x01\x00\xff\xfe", 4})).values,
              ElementsAre(256, -2));
  EXPECT_THAT(read(npy(header("<f2", "(3,)"), raw<std::uint16_t>({0x3c00, 0xc100, 0x0001}))).values,
              ElementsAre(1, -2.5, 0x1p-24));
}

TEST(ReadNpy, KnowsShapesOrdersAndVersions) {
  const auto data = raw({1., 2., 3., 4., 5., 6.});
  auto array = read(npy(header("<f8", "(2, 3)"), data, 2));
  EXPECT_THAT(array.shape, ElementsAre(2, 3));
  EXPECT_THAT(array.values, ElementsAre(1, 2, 3, 4, 5, 6));
  array = read(npy(header("<f8", "(2, 3)", true), data, 3));
  EXPECT_THAT(array.values, ElementsAre(1, 3, 5, 2, 4, 6));
  array = read(npy(header("<f8", "()"), raw({7.})));
  EXPECT_TRUE(array.shape.empty());
  EXPECT_THAT(array.values, ElementsAre(7));
  array = read(npy(header("<f8", "(5, 0)"), ""));
  EXPECT_THAT(array.shape, ElementsAre(5, 0));
  EXPECT_TRUE(array.values.empty());
}

TEST(ReadNpy, RefusesBeforeItAllocates) {
  EXPECT_THAT(refusal([] { read(npy(header("<f8", "(1000000000000,)"), "12345678")); }),
              HasSubstr("cut: 8000000000000 bytes should follow, 8 do"));
  EXPECT_THAT(refusal([] { read(npy(header("<f8", "(4294967296, 4294967296, 4)"), "")); }),
              HasSubstr("more elements than any file"));
  EXPECT_THAT(refusal([] { read(npy(header("<f8", "(0, 99999999999999999999)"), "")); }),
              HasSubstr("shape"));
  EXPECT_THAT(refusal([] { read(npy(std::string(70'000, ' '), "", 2)); }), HasSubstr("header"));
}

TEST(ReadNpy, RefusesTheRestByName) {
  EXPECT_THAT(refusal([] { read("PK\x03\x04 a zip file"); }), HasSubstr("not a NumPy file"));
  EXPECT_THAT(refusal([] { read("\x93NUM"); }), HasSubstr("cut"));
  EXPECT_THAT(refusal([] { read(npy(header("<f8", "(1,)"), "", 9)); }), HasSubstr("version 9"));
  EXPECT_THAT(refusal([] { read(npy(header("<U7", "(1,)"), "")); }), HasSubstr("'<U7'"));
  EXPECT_THAT(refusal([] { read(npy(header("|O", "(1,)"), "")); }), HasSubstr("objects"));
  EXPECT_THAT(refusal([] { read(npy("{'descr': [('a', '<f8')]}", "")); }), HasSubstr("records"));
  EXPECT_THAT(refusal([] { read(npy(header("<f8", "(-1,)"), "")); }), HasSubstr("shape"));
  EXPECT_THAT(refusal([] { read(npy(header("<i8", "(1,)"), raw<std::int64_t>({1L << 60}))); }),
              HasSubstr("2^53"));
}

TEST(WriteNpy, IsReadBackAsItWas) {
  for (const std::vector<std::size_t>& shape :
       std::vector<std::vector<std::size_t>>{{}, {3}, {2, 3}, {1, 2, 3}, {4, 0}}) {
    std::size_t count = 1;
    for (const std::size_t extent : shape) count *= extent;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = 1.0 / static_cast<double>(i + 3);
    std::ostringstream out;
    write_npy(out, shape, values);
    EXPECT_EQ((out.str().size() - 8 * count) % 64, 0u);
    const auto array = read(out.str());
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(array.values, values);
  }
}

}  // namespace
}  // namespace erg
