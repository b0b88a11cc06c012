// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "erg/bilinear_resize.h"
#include "erg/data_set.h"

namespace erg {

// Memory for one batch, the trainer's own: pinned where a GPU copies from it.
struct BatchBuffer {
  std::span<float> images;         // batch x channels x height x width of the network's input
  std::span<std::int64_t> labels;  // batch
};

// A batch that is ready: which buffer holds it and how many images are in it.
struct LoadedBatch {
  std::size_t buffer = 0;
  std::int64_t images = 0;
};

// The order of an epoch: 0 .. count-1 shuffled by seed and epoch, the same on every machine.
std::vector<std::uint32_t> shuffled_order(std::size_t count, std::uint64_t seed,
                                          std::int64_t epoch);

// Resizes images into batches on its own threads, ahead of the one who trains.
//
// Several threads share the images of one batch, so that the first one comes soon and a batch needs
// no more than its own time / threads. One thread calls start, next and release.
class BatchLoader {
 public:
  // Shapes are channels x height x width: of the images, and of the network's input. The memory of
  // `buffers` outlives the loader.
  BatchLoader(const Shape& from, const Shape& input, std::vector<BatchBuffer> buffers,
              std::size_t threads);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // Begins to load the images in `order` as batches, the last one smaller where they do not divide.
  // `images` outlives the loading. Precondition: every batch given out was released. What the last
  // start left over is dropped.
  void start(const ImageSet& images, std::vector<std::uint32_t> order);

  // The next batch, in order; waits for it. Empty after the last one.
  std::optional<LoadedBatch> next();

  // Its buffer may be filled again.
  void release(std::size_t buffer);

 private:
  struct Slot {
    std::size_t unfinished = 0;  // images of its batch not yet written
    bool taken = false;          // from the first image claimed until release
  };
  struct Claim {
    std::size_t slot;
    std::size_t first;   // in order_
    std::size_t offset;  // in the batch
    std::size_t count;
  };

  void work(std::stop_token stop);
  bool claimable() const;
  Claim claim();
  void fill(const Claim& claim, std::vector<float>& scratch);
  std::size_t batch_size(std::size_t batch) const;

  const BilinearResize resize_;
  const std::size_t image_size_;
  const std::vector<BatchBuffer> buffers_;
  const std::size_t batch_;

  std::mutex mutex_;
  std::condition_variable_any work_;   // something to claim
  std::condition_variable_any ready_;  // a batch was finished
  // All below: guarded by mutex_; images_ and order_ change only while nothing is claimed.
  const ImageSet* images_ = nullptr;
  std::vector<std::uint32_t> order_;
  std::vector<Slot> slots_;
  std::size_t claimed_ = 0;            // images of order_ handed to workers
  std::size_t delivered_ = 0;          // batches given out
  std::size_t active_ = 0;             // claims being filled
  std::vector<std::jthread> threads_;  // last: joined before what they use is destroyed
};

}  // namespace erg
