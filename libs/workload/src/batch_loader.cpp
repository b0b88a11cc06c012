// SPDX-License-Identifier: Apache-2.0
#include "erg/batch_loader.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <random>

namespace erg {
namespace {

// Images a worker takes at a time: enough that the lock does not matter, few enough that all
// workers share a batch of 128.
constexpr std::size_t kChunk = 8;

}  // namespace

std::vector<std::uint32_t> shuffled_order(std::size_t count, std::uint64_t seed,
                                          std::int64_t epoch) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::seed_seq words{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                      static_cast<std::uint32_t>(epoch)};
  std::mt19937_64 random{words};
  // By hand: std::shuffle may differ from one standard library to the next.
  for (std::size_t left = count; left > 1; --left)
    std::swap(order[left - 1], order[random() % left]);
  return order;
}

BatchLoader::BatchLoader(const Shape& from, const Shape& input, std::vector<BatchBuffer> buffers,
                         std::size_t threads)
    : resize_{from, input},
      image_size_{static_cast<std::size_t>(input.elements())},
      buffers_{std::move(buffers)},
      batch_{buffers_.front().labels.size()},
      slots_(buffers_.size()) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    threads_.emplace_back([this](std::stop_token stop) { work(stop); });
  }
}

BatchLoader::~BatchLoader() {
  for (auto& thread : threads_) thread.request_stop();
}

void BatchLoader::start(const ImageSet& images, std::vector<std::uint32_t> order) {
  std::unique_lock lock{mutex_};
  claimed_ = order_.size();  // nothing more of the old order
  ready_.wait(lock, [this] { return active_ == 0; });
  images_ = &images;
  order_ = std::move(order);
  claimed_ = 0;
  delivered_ = 0;
  std::ranges::fill(slots_, Slot{});
  lock.unlock();
  work_.notify_all();
}

std::size_t BatchLoader::batch_size(std::size_t batch) const {
  return std::min(batch_, order_.size() - batch * batch_);
}

std::optional<LoadedBatch> BatchLoader::next() {
  std::unique_lock lock{mutex_};
  if (delivered_ * batch_ >= order_.size()) return {};
  const std::size_t slot = delivered_ % slots_.size();
  const std::size_t end = delivered_ * batch_ + batch_size(delivered_);
  ready_.wait(lock, [&] { return claimed_ >= end && slots_[slot].unfinished == 0; });
  return LoadedBatch{slot, static_cast<std::int64_t>(batch_size(delivered_++))};
}

void BatchLoader::release(std::size_t buffer) {
  {
    const std::scoped_lock lock{mutex_};
    assert(slots_[buffer].taken && slots_[buffer].unfinished == 0);
    slots_[buffer].taken = false;
  }
  work_.notify_all();
}

bool BatchLoader::claimable() const {
  if (claimed_ >= order_.size()) return false;
  return claimed_ % batch_ != 0 || !slots_[claimed_ / batch_ % slots_.size()].taken;
}

BatchLoader::Claim BatchLoader::claim() {
  const std::size_t batch = claimed_ / batch_;
  const std::size_t size = batch_size(batch);
  Claim claim{batch % slots_.size(), claimed_, claimed_ % batch_, 0};
  if (claim.offset == 0) slots_[claim.slot] = {size, true};
  claim.count = std::min(kChunk, size - claim.offset);
  claimed_ += claim.count;
  ++active_;
  return claim;
}

void BatchLoader::work(std::stop_token stop) {
  std::vector<float> scratch;
  std::unique_lock lock{mutex_};
  while (work_.wait(lock, stop, [this] { return claimable(); }) && !stop.stop_requested()) {
    const Claim mine = claim();
    lock.unlock();
    fill(mine, scratch);
    lock.lock();
    --active_;
    slots_[mine.slot].unfinished -= mine.count;
    if (slots_[mine.slot].unfinished == 0 || active_ == 0) ready_.notify_all();
  }
}

void BatchLoader::fill(const Claim& claim, std::vector<float>& scratch) {
  const BatchBuffer& buffer = buffers_[claim.slot];
  for (std::size_t i = 0; i < claim.count; ++i) {
    const std::size_t image = order_[claim.first + i];
    const std::size_t place = claim.offset + i;
    resize_.run(images_->image(image), buffer.images.subspan(place * image_size_, image_size_),
                scratch);
    buffer.labels[place] = images_->labels[image];
  }
}

}  // namespace erg
