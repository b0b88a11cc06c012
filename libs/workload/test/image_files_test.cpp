// SPDX-License-Identifier: Apache-2.0
#include "erg/image_files.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "erg/testing/temp_tree.h"
#include "image_bytes.h"

namespace erg {
namespace {

using testing::big_endian;
using testing::cifar_row;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::idx_images;
using testing::idx_labels;

std::string gzip(const std::string& content) {
  std::string out(content.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(IdxFiles, GiveImagesAndLabelsPlainAndGzip) {
  testing::TempTree tree;
  for (const bool zipped : {false, true}) {
    const auto images = idx_images(3, 2, 4);
    tree.write("images", zipped ? gzip(images) : images);
    tree.write("labels", zipped ? gzip(idx_labels(3)) : idx_labels(3));
    const ImageSet set = read_idx(tree.path("images"), tree.path("labels"), 10);
    EXPECT_EQ(set.shape, (Shape{1, 2, 4}));
    EXPECT_THAT(set.labels, ElementsAre(0, 1, 2));
    EXPECT_THAT(set.image(2), ElementsAre(16, 17, 18, 19, 20, 21, 22, 23));
  }
}

struct BadIdx {
  const char* what;
  std::string images;
  std::string labels;
  const char* message;
};

class BadIdxFiles : public ::testing::TestWithParam<BadIdx> {};

TEST_P(BadIdxFiles, AreNamedWithWhatIsWrong) {
  testing::TempTree tree;
  tree.write("images", GetParam().images);
  tree.write("labels", GetParam().labels);
  try {
    read_idx(tree.path("images"), tree.path("labels"), 10);
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(error.what(), HasSubstr(tree.root().string()));
  }
}

std::string without_last(std::string bytes) {
  bytes.pop_back();
  return bytes;
}

const auto kGood = idx_images(2, 2, 2);

INSTANTIATE_TEST_SUITE_P(
    Table, BadIdxFiles,
    ::testing::Values(
        BadIdx{"cut", without_last(kGood), idx_labels(2), "images is cut short"},
        BadIdx{"too_long", kGood + "x", idx_labels(2), "images is damaged"},
        BadIdx{"no_header", "abc", idx_labels(2), "not even an IDX header"},
        BadIdx{"empty", "", idx_labels(2), "not even an IDX header"},
        BadIdx{"labels_for_images", idx_labels(20), idx_labels(2), "is no IDX file of images"},
        BadIdx{"other_number", kGood, idx_labels(3), "2 images, but"},
        BadIdx{"label_too_high", kGood, big_endian(0x801) + big_endian(2) + "\x01\x0b",
               "label 1 is 11, but there are 10 classes"},
        BadIdx{"labels_cut", kGood, without_last(idx_labels(2)), "labels is cut short"},
        BadIdx{"no_images", idx_images(0, 2, 2), idx_labels(2), "is empty"},
        // A claim of 2^96 bytes must neither be believed nor wrap to something small.
        BadIdx{"huge_claim",
               big_endian(0x803) + big_endian(~0U) + big_endian(~0U) + big_endian(~0U) + "abcd",
               idx_labels(2), "images is cut short"},
        BadIdx{"cut_gzip", gzip(kGood).substr(0, 20), idx_labels(2), "images"},
        BadIdx{"damaged_gzip", gzip(kGood).replace(12, 4, "\xff\xff\xff\xff"), idx_labels(2),
               "images"}),
    [](const auto& bad) { return std::string{bad.param.what}; });

TEST(IdxFiles, NameAFileThatIsNotThere) {
  testing::TempTree tree;
  tree.write("labels", idx_labels(2));
  EXPECT_THROW(read_idx(tree.path("images"), tree.path("labels"), 10), DataError);
}

TEST(CifarFiles, JoinSeveralFilesInTheirOrder) {
  testing::TempTree tree;
  tree.write("a", cifar_row("\x03", 7) + cifar_row("\x04", 8));
  tree.write("b", cifar_row("\x05", 9) + cifar_row("\x06", 9));
  const std::vector files{tree.path("a"), tree.path("b")};
  const ImageSet set = read_cifar(files, 1, 10);
  EXPECT_EQ(set.shape, (Shape{3, 32, 32}));
  EXPECT_THAT(set.labels, ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(set.image(2)[0], 9);
  EXPECT_EQ(set.image(1).back(), 8);
}

TEST(CifarFiles, OfAHundredClassesHaveTheFineLabelSecond) {
  testing::TempTree tree;
  tree.write("a", cifar_row(std::string{"\x13\x63", 2}, 1));
  const std::vector files{tree.path("a")};
  EXPECT_THAT(read_cifar(files, 2, 100).labels, ElementsAre(99));
}

TEST(CifarFiles, RefuseAFileThatWasCutBetweenTwoRows) {
  testing::TempTree tree;
  tree.write("whole", cifar_row("\x03", 7) + cifar_row("\x04", 8));
  tree.write("cut", cifar_row("\x05", 9));
  const std::vector files{tree.path("whole"), tree.path("cut")};
  EXPECT_THROW(read_cifar(files, 1, 10), DataError);
}

TEST(CifarFiles, RefuseACutFileAndALabelBeyondTheClasses) {
  testing::TempTree tree;
  tree.write("cut", without_last(cifar_row("\x01", 1)));
  tree.write("label", cifar_row("\x0a", 1));
  const std::vector cut{tree.path("cut")};
  const std::vector label{tree.path("label")};
  EXPECT_THROW(read_cifar(cut, 1, 10), DataError);
  EXPECT_THROW(read_cifar(label, 1, 10), DataError);
}

}  // namespace
}  // namespace erg
