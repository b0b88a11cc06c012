// SPDX-License-Identifier: Apache-2.0
#include "gradient_average.h"

#include <algorithm>

#include "compute_device.h"

namespace erg {

GradientAverage::GradientAverage(Collective* ranks, at::Device device)
    : ranks_{ranks && ranks->size() > 1 ? ranks : nullptr}, device_{device} {
  if (ranks_ && device_.is_cuda()) nccl_.emplace(*ranks_);
}

void GradientAverage::average(const std::vector<at::Tensor>& gradients, double weight) {
  const at::NoGradGuard no_gradients;
  std::int64_t count = 0;
  for (const auto& each : gradients) count += each.numel();
  if (!flat_.defined() || flat_.numel() != count) {
    flat_ = at::empty({count}, at::dtype(at::kFloat).device(device_));
  }
  std::vector<at::Tensor> pieces;
  std::int64_t at = 0;
  for (const auto& each : gradients) {
    pieces.push_back(flat_.narrow(0, at, each.numel()).view(each.sizes()));
    at += each.numel();
  }
  at::_foreach_copy_(pieces, gradients);
  flat_.mul_(weight);
  const std::span values{flat_.data_ptr<float>(), static_cast<std::size_t>(count)};
  if (nccl_) {
    nccl_->sum(values, current_stream(device_).native_handle());
  } else {
    ranks_->sum(values);
  }
  at::_foreach_copy_(gradients, pieces);
}

void GradientAverage::spread(const std::vector<at::Tensor>& tensors) const {
  const at::NoGradGuard no_gradients;
  for (const auto& each : tensors) {
    at::Tensor host = each.detach().cpu().contiguous().clone();
    ranks_->broadcast({static_cast<std::byte*>(host.data_ptr()), host.nbytes()}, 0);
    if (ranks_->rank() != 0) each.detach().copy_(host);
  }
}

double Shard::weight(std::int64_t images, std::int64_t index) const {
  const bool ends = index + 1 == steps;
  if (ends && stands_in) return 0;
  return static_cast<double>(images) / static_cast<double>(ends ? last : batch);
}

Shard shard(const std::vector<std::uint32_t>& order, std::int64_t batch, int rank, int size) {
  Shard mine;
  mine.batch = batch * size;
  const auto all = static_cast<std::int64_t>(order.size());
  for (std::int64_t at = 0; at < all; at += mine.batch) {
    ++mine.steps;
    mine.last = std::min(mine.batch, all - at);
    const std::int64_t each = mine.last / size;
    const std::int64_t more = mine.last % size;  // the first ranks take one more
    const std::int64_t begin = at + rank * each + std::min<std::int64_t>(rank, more);
    const std::int64_t count = each + (rank < more ? 1 : 0);
    mine.stands_in = count == 0;
    const auto first = order.begin() + (count == 0 ? at : begin);
    mine.order.insert(mine.order.end(), first, first + std::max<std::int64_t>(count, 1));
  }
  return mine;
}

}  // namespace erg
