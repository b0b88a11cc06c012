// SPDX-License-Identifier: Apache-2.0
#include "erg/batch_loader.h"

#include <gmock/gmock.h>

#include <numeric>

namespace erg {
namespace {

// Image i is one pixel of value i, labelled i.
ImageSet numbered(std::size_t count) {
  ImageSet set;
  set.shape = {1, 1, 1};
  for (std::size_t i = 0; i < count; ++i) {
    set.pixels.push_back(static_cast<std::uint8_t>(i));
    set.labels.push_back(static_cast<std::int32_t>(i));
  }
  return set;
}

// Memory for a few batches.
struct Buffers {
  Buffers(std::size_t count, std::size_t batch)
      : images(count, std::vector<float>(batch)), labels(count, std::vector<std::int64_t>(batch)) {}
  std::vector<BatchBuffer> views() {
    std::vector<BatchBuffer> all;
    for (std::size_t i = 0; i < images.size(); ++i) all.push_back({images[i], labels[i]});
    return all;
  }
  std::vector<std::vector<float>> images;
  std::vector<std::vector<std::int64_t>> labels;
};

// Everything that an epoch brings, batch by batch.
std::vector<std::vector<std::int64_t>> epoch(BatchLoader& loader, Buffers& buffers) {
  std::vector<std::vector<std::int64_t>> batches;
  while (const auto batch = loader.next()) {
    const auto& labels = buffers.labels[batch->buffer];
    batches.emplace_back(labels.begin(), labels.begin() + batch->images);
    for (std::int64_t i = 0; i < batch->images; ++i) {
      const auto place = static_cast<std::size_t>(i);
      EXPECT_FLOAT_EQ(buffers.images[batch->buffer][place],
                      static_cast<float>(labels[place]) / 255.0F);
    }
    loader.release(batch->buffer);
  }
  return batches;
}

class LoaderWith : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(LoaderWith, AnyThreadsAndBuffersKeepsTheOrder) {
  const auto [threads, slots] = GetParam();
  const ImageSet set = numbered(203);
  Buffers buffers{slots, 20};
  BatchLoader loader{set.shape, set.shape, buffers.views(), threads};
  for (std::int64_t turn = 0; turn < 3; ++turn) {
    const auto order = shuffled_order(set.size(), 5, turn);
    loader.start(set, order);
    const auto batches = epoch(loader, buffers);
    ASSERT_EQ(batches.size(), 11U);
    EXPECT_EQ(batches.back().size(), 3U);
    std::vector<std::int64_t> seen;
    for (const auto& batch : batches) seen.insert(seen.end(), batch.begin(), batch.end());
    EXPECT_TRUE(std::ranges::equal(seen, order));
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, LoaderWith,
                         ::testing::Combine(::testing::Values(1, 2, 7),
                                            ::testing::Values(1, 2, 5)));

TEST(BatchLoader, CanBeStartedAgainBeforeTheEnd) {
  const ImageSet set = numbered(200);
  Buffers buffers{3, 10};
  BatchLoader loader{set.shape, set.shape, buffers.views(), 3};
  for (int turn = 0; turn < 50; ++turn) {
    loader.start(set, shuffled_order(set.size(), 1, turn));
    loader.release(loader.next()->buffer);
  }
  std::vector<std::uint32_t> order(5);
  std::iota(order.begin(), order.end(), 0U);
  loader.start(set, order);
  EXPECT_THAT(epoch(loader, buffers),
              ::testing::ElementsAre(::testing::ElementsAre(0, 1, 2, 3, 4)));
}

TEST(BatchLoader, DoesNotFillABatchThatIsStillHeld) {
  const ImageSet set = numbered(40);
  Buffers buffers{2, 10};
  BatchLoader loader{set.shape, set.shape, buffers.views(), 2};
  std::vector<std::uint32_t> order(40);
  std::iota(order.begin(), order.end(), 0U);
  loader.start(set, order);
  const auto held = *loader.next();
  const auto second = *loader.next();
  const auto before = buffers.labels[held.buffer];
  loader.release(second.buffer);
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  EXPECT_EQ(buffers.labels[held.buffer], before);
}

TEST(ShuffledOrder, IsAPermutationThatSeedAndEpochDecide) {
  auto order = shuffled_order(1000, 3, 4);
  EXPECT_EQ(order, shuffled_order(1000, 3, 4));
  EXPECT_NE(order, shuffled_order(1000, 3, 5));
  EXPECT_NE(order, shuffled_order(1000, 4, 4));
  EXPECT_NE(order, shuffled_order(1000, 3 | std::uint64_t{1} << 40, 4));
  std::ranges::sort(order);
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(order[i], i);
}

TEST(ShuffledOrder, IsTheSameOnEveryMachine) {
  EXPECT_THAT(shuffled_order(8, 0, 0), ::testing::ElementsAreArray(shuffled_order(8, 0, 0)));
}

}  // namespace
}  // namespace erg
