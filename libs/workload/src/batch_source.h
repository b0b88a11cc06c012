// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "erg/batch_loader.h"
#include "torch_headers.h"

namespace erg {

// A batch in host memory, as tensors over its buffer.
struct HostBatch {
  at::Tensor images;
  at::Tensor labels;
  std::size_t buffer = 0;
};

// The batch loader with the tensors it fills; pinned where a GPU copies from them.
//
// Keeps count of the steps that are launched but not done, and waits, before a new one, for the
// step kMostInFlight before it: their buffers are still being read.
class BatchSource {
 public:
  BatchSource(const Shape& from, const Shape& input, std::int64_t batch, at::Device device,
              std::size_t threads);

  void start(const ImageSet& images, std::vector<std::uint32_t> order) {
    loader_->start(images, std::move(order));
  }
  std::optional<HostBatch> next();

  // Everything that reads the batch was launched.
  void launched(const HostBatch& batch);
  // Waits for all that was launched.
  void finish();

 private:
  struct InFlight {
    c10::Event done;
    std::size_t buffer;
  };
  void retire();

  const at::Device device_;
  std::vector<at::Tensor> images_;
  std::vector<at::Tensor> labels_;
  std::vector<c10::Event> spare_;
  std::deque<InFlight> in_flight_;
  std::unique_ptr<BatchLoader> loader_;  // after what it fills
};

}  // namespace erg
