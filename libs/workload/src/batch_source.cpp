// SPDX-License-Identifier: Apache-2.0
#include "batch_source.h"

#include "compute_device.h"

namespace erg {
namespace {

constexpr std::size_t kMostInFlight = 3;
constexpr std::size_t kAhead = 3;  // batches loaded and not yet asked for

}  // namespace

BatchSource::BatchSource(const Shape& from, const Shape& input, std::int64_t batch,
                         at::Device device, std::size_t threads)
    : device_{device} {
  const bool pinned = asynchronous(device);
  const auto memory = at::TensorOptions{}.pinned_memory(pinned);
  const std::size_t count = kAhead + 1 + (pinned ? kMostInFlight : 0);
  std::vector<BatchBuffer> buffers;
  for (std::size_t i = 0; i < count; ++i) {
    images_.push_back(at::empty({batch, input[0], input[1], input[2]}, memory.dtype(at::kFloat)));
    labels_.push_back(at::empty({batch}, memory.dtype(at::kLong)));
    const auto size = static_cast<std::size_t>(batch);
    buffers.push_back(
        {{images_.back().data_ptr<float>(), size * static_cast<std::size_t>(input.elements())},
         {labels_.back().data_ptr<std::int64_t>(), size}});
  }
  loader_ = std::make_unique<BatchLoader>(from, input, std::move(buffers), threads);
}

std::optional<HostBatch> BatchSource::next() {
  const auto loaded = loader_->next();
  if (!loaded) return {};
  return HostBatch{images_[loaded->buffer].narrow(0, 0, loaded->images),
                   labels_[loaded->buffer].narrow(0, 0, loaded->images), loaded->buffer};
}

void BatchSource::launched(const HostBatch& batch) {
  if (!asynchronous(device_)) {
    loader_->release(batch.buffer);
    return;
  }
  if (spare_.empty()) spare_.emplace_back(device_.type());
  c10::Event done = std::move(spare_.back());
  spare_.pop_back();
  done.record(current_stream(device_));
  in_flight_.push_back({std::move(done), batch.buffer});
  while (!in_flight_.empty() && in_flight_.front().done.query()) retire();
  while (in_flight_.size() > kMostInFlight) {
    in_flight_.front().done.synchronize();
    retire();
  }
}

void BatchSource::finish() {
  while (!in_flight_.empty()) {
    in_flight_.front().done.synchronize();
    retire();
  }
}

void BatchSource::retire() {
  loader_->release(in_flight_.front().buffer);
  spare_.push_back(std::move(in_flight_.front().done));
  in_flight_.pop_front();
}

}  // namespace erg
