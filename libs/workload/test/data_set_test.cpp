// SPDX-License-Identifier: Apache-2.0
#include "erg/data_set.h"

#include <gmock/gmock.h>

#include "erg/testing/temp_tree.h"
#include "image_bytes.h"

namespace erg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The words of the error that loading ends in.
std::string refusal(std::string_view name, const DataPlaces& places = {}) {
  try {
    load_data_set(name, places);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

void write_idx_set(const testing::TempTree& tree, const std::string& folder,
                   std::uint32_t train = 4) {
  tree.write(folder + "/train-images-idx3-ubyte", testing::idx_images(train, 2, 2));
  tree.write(folder + "/train-labels-idx1-ubyte", testing::idx_labels(train));
  tree.write(folder + "/t10k-images-idx3-ubyte", testing::idx_images(2, 2, 2));
  tree.write(folder + "/t10k-labels-idx1-ubyte", testing::idx_labels(2));
}

TEST(DataSets, AreFoundInTheFolderOfTheirName) {
  testing::TempTree tree;
  write_idx_set(tree, "somewhere/mnist");
  const DataSet data = load_data_set("mnist", {{}, {tree.path("nowhere"), tree.path("somewhere")}});
  EXPECT_EQ(data.train.size(), 4U);
  EXPECT_EQ(data.test.size(), 2U);
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.source, tree.path("somewhere/mnist").string());
}

TEST(DataSets, AreTakenFromTheChosenFolderItselfAndFromNoOther) {
  testing::TempTree tree;
  write_idx_set(tree, "mine", 6);
  write_idx_set(tree, "shared/mnist");
  EXPECT_EQ(load_data_set("mnist", {tree.path("mine"), {tree.path("shared")}}).train.size(), 6U);
  EXPECT_THAT(refusal("mnist", {tree.path("empty"), {tree.path("shared")}}),
              AllOf(HasSubstr("is not in " + tree.path("empty").string()),
                    ::testing::Not(HasSubstr("shared"))));
}

TEST(DataSets, MayBeASharedFolderItselfUnlessThatIsAnothers) {
  testing::TempTree tree;
  write_idx_set(tree, "mine", 6);
  write_idx_set(tree, "fashion-mnist", 5);
  EXPECT_EQ(load_data_set("mnist", {{}, {tree.path("mine")}}).train.size(), 6U);
  EXPECT_EQ(load_data_set("fashion_mnist", {{}, {tree.path("fashion-mnist")}}).train.size(), 5U);
  EXPECT_THAT(refusal("mnist", {{}, {tree.path("fashion-mnist")}}), HasSubstr("is not in"));
}

TEST(DataSets, NameTheFilesThatAreMissing) {
  testing::TempTree tree;
  tree.write("mnist/train-images-idx3-ubyte", testing::idx_images(2, 2, 2));
  tree.write("mnist/t10k-labels-idx1-ubyte", testing::idx_labels(2));
  EXPECT_THAT(refusal("mnist", {{}, {tree.path("")}}),
              HasSubstr("but not train-labels-idx1-ubyte, t10k-images-idx3-ubyte"));
}

TEST(DataSets, OfCifarAreFoundToo) {
  testing::TempTree tree;
  for (char number = '1'; number <= '5'; ++number) {
    tree.write(std::string{"cifar-10-batches-bin/data_batch_"} + number + ".bin",
               testing::cifar_row("\x01", 1));
  }
  tree.write("cifar-10-batches-bin/test_batch.bin", testing::cifar_row("\x02", 1));
  tree.write("cifar-100-binary/train.bin", testing::cifar_row("\x02\x62", 1));
  tree.write("cifar-100-binary/test.bin", testing::cifar_row("\x02\x63", 1));
  EXPECT_EQ(load_data_set("cifar10", {{}, {tree.root()}}).train.size(), 5U);
  const DataSet hundred = load_data_set("cifar100", {{}, {tree.root()}});
  EXPECT_EQ(hundred.classes, 100);
  EXPECT_EQ(hundred.test.labels.front(), 99);
}

TEST(DataSets, ThatAreNowhereSayWhereOneLookedAndWhereToGetThem) {
  testing::TempTree tree;
  EXPECT_THAT(refusal("fashion_mnist", {{}, {tree.path("a"), tree.path("b")}}),
              AllOf(HasSubstr(tree.path("a").string() + ", " + tree.path("b").string()),
                    HasSubstr("apt install dataset-fashion-mnist")));
}

TEST(DataSets, WithSomeOfTheirFilesAreNotPassedOver) {
  testing::TempTree tree;
  write_idx_set(tree, "mnist");
  std::filesystem::remove(tree.path("mnist/t10k-labels-idx1-ubyte"));
  EXPECT_THAT(refusal("mnist", {{}, {tree.root()}}),
              HasSubstr("but not t10k-labels-idx1-ubyte (or .gz)"));
}

TEST(DataSets, OfAnUnknownNameGetTheNearestOne) {
  EXPECT_THAT(refusal("fashion-mnist"), HasSubstr("did you mean 'fashion_mnist'?"));
  EXPECT_THAT(refusal("cifar11"), HasSubstr("did you mean 'cifar10'?"));
}

TEST(SyntheticData, HasTheShapeClassesAndNumberAskedFor) {
  const DataSet data = load_data_set("synthetic:1x4x6:7:50");
  EXPECT_EQ(data.train.shape, (Shape{1, 4, 6}));
  EXPECT_EQ(data.train.size(), 50U);
  EXPECT_EQ(data.test.size(), 10U);
  EXPECT_EQ(data.classes, 7);
  EXPECT_EQ(*std::ranges::max_element(data.train.labels), 6);
}

TEST(SyntheticData, IsTheSameEachTimeAndDiffersBetweenTrainingAndTest) {
  const DataSet first = load_data_set("synthetic:1x4x6:7:50");
  const DataSet second = load_data_set("synthetic:1x4x6:7:50");
  EXPECT_EQ(first.train.pixels, second.train.pixels);
  EXPECT_EQ(first.fingerprint(), second.fingerprint());
  EXPECT_FALSE(std::ranges::equal(first.train.image(0), first.test.image(0)));
  EXPECT_NE(first.fingerprint(), load_data_set("synthetic:1x4x6:7:51").fingerprint());
}

TEST(SyntheticData, RefusesWhatItCannotRead) {
  for (const char* name : {"synthetic:4x6", "synthetic:1x4x6:0", "synthetic:1x4x6:2:x",
                           "synthetic:1x4x6:2:5:9", "synthetic:axb", "synthetic:1x4x6:2:-5"}) {
    EXPECT_THAT(refusal(name), HasSubstr("cannot read")) << name;
  }
  EXPECT_THAT(refusal("synthetic:3x9000x9000:2:1000000"), HasSubstr("memory"));
}

TEST(FashionMnist, AsInstalledHasSixtyThousandImages) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  }
  const DataSet data = load_data_set("fashion_mnist", {{}, {"/usr/share/datasets"}});
  EXPECT_EQ(data.train.size(), 60'000U);
  EXPECT_EQ(data.test.size(), 10'000U);
  EXPECT_EQ(data.train.shape, (Shape{1, 28, 28}));
  for (std::int32_t label = 0; label < 10; ++label) {
    EXPECT_EQ(std::ranges::count(data.train.labels, label), 6'000) << label;
  }
}

}  // namespace
}  // namespace erg
