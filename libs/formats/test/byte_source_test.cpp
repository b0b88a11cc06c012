// SPDX-License-Identifier: Apache-2.0
#include "erg/byte_source.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "erg/testing/temp_tree.h"
#include "text_error.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string unzip(std::string bytes) {
  const auto source = bytes_of(std::move(bytes), "x.gz");
  return read_all(*decompressed(*source));
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

TEST(OpenBytes, TellsGzipByItsContent) {
  const testing::TempTree files;
  files.write("plain.gz", "just text");
  files.write("zipped.csv", gzip(long_text()));
  files.write("empty", "");
  files.write("one", "\x1f");
  EXPECT_EQ(read_all(*open_bytes(files.path("plain.gz"))), "just text");
  EXPECT_EQ(read_all(*open_bytes(files.path("zipped.csv"))), long_text());
  EXPECT_EQ(read_all(*open_bytes(files.path("empty"))), "");
  EXPECT_EQ(read_all(*open_bytes(files.path("one"))), "\x1f");
}

TEST(OpenBytes, SaysWhatIsWrongWithAPath) {
  const testing::TempTree files;
  EXPECT_THAT(refusal([&] { open_bytes(files.path("none")); }),
              HasSubstr("none: cannot open it: No such file"));
  EXPECT_THAT(refusal([&] { open_bytes(files.root()); }), HasSubstr("Is a directory"));
}

TEST(Decompressed, ReadsMembersInARow) {
  EXPECT_EQ(unzip(gzip("one ") + gzip("") + gzip("two")), "one two");
  EXPECT_EQ(unzip(gzip("one") + std::string(512, '\0')), "one");
  EXPECT_EQ(unzip(gzip("")), "");
}

TEST(Decompressed, RefusesEveryCutAndDamage) {
  const std::string whole = gzip(long_text().substr(0, 20'000));
  for (std::size_t size = 1; size < whole.size(); size += 97) {
    EXPECT_THAT(refusal([&] { unzip(whole.substr(0, size)); }), HasSubstr("cut")) << size;
  }
  std::string damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x55);
  EXPECT_THAT(refusal([&] { unzip(damaged); }), HasSubstr("damaged"));
  damaged = whole;
  damaged[whole.size() - 6] = static_cast<char>(damaged[whole.size() - 6] ^ 1);  // the checksum
  EXPECT_THAT(refusal([&] { unzip(damaged); }), HasSubstr("damaged"));
}

TEST(ReadAll, StopsAtItsLimit) {
  const auto source = bytes_of(std::string(1000, 'x'), "big");
  EXPECT_THAT(refusal([&] { read_all(*source, 999); }), HasSubstr("more than the 999 bytes"));
}

}  // namespace
}  // namespace erg
