// SPDX-License-Identifier: Apache-2.0
#include "meter.h"

#include "compute_device.h"

namespace erg {

Meter::Meter(at::Device device)
    : device_{device},
      sums_{at::zeros({2}, at::dtype(at::kDouble).device(device))},
      asked_{at::zeros(
          {2}, at::TensorOptions{}.dtype(at::kDouble).pinned_memory(asynchronous(device)))} {}

void Meter::clear() {
  sums_.zero_();
  images_ = 0;
  answers_ = 0;
  asked_now_ = false;
}

void Meter::add(const at::Tensor& loss, const at::Tensor& logits, const at::Tensor& labels) {
  const at::NoGradGuard no_gradients;
  const std::int64_t images = labels.size(0);
  sums_[0].add_(loss.detach(), static_cast<double>(images));
  sums_[1].add_(logits.detach().argmax(-1).eq(labels).sum());
  images_ += images;
  answers_ += labels.numel();
}

void Meter::ask() {
  if (asked_now_) return;
  asked_now_ = true;
  asked_images_ = images_;
  asked_answers_ = answers_;
  asked_.copy_(sums_, /*non_blocking=*/true);
  if (!asynchronous(device_)) return;
  if (arrived_.empty()) arrived_.emplace_back(device_.type());
  arrived_.front().record(current_stream(device_));
}

std::optional<Learnt> Meter::poll() {
  if (!asked_now_ || (asynchronous(device_) && !arrived_.front().query())) return {};
  asked_now_ = false;
  return learnt(asked_, asked_images_, asked_answers_);
}

Learnt Meter::read() { return learnt(sums_.cpu(), images_, answers_); }

Learnt Meter::learnt(const at::Tensor& sums, std::int64_t images, std::int64_t answers) const {
  if (images == 0) return {};
  const double* values = sums.const_data_ptr<double>();
  return {values[0] / static_cast<double>(images), values[1] / static_cast<double>(answers),
          images};
}

}  // namespace erg
