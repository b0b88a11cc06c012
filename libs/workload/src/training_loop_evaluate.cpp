// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "training_loop.h"

namespace erg {
namespace {

// The first images of a set in its own order; a random part of it, always the same, where only a
// part is wanted.
std::vector<std::uint32_t> test_order(std::size_t all, std::size_t wanted) {
  if (wanted < all) {
    auto order = shuffled_order(all, 0, 0);
    order.resize(wanted);
    return order;
  }
  std::vector<std::uint32_t> order(all);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

}  // namespace

// Of images that the ranks test side by side; with the running statistics of rank 0.
std::vector<std::uint32_t> TrainingLoop::my_part(std::vector<std::uint32_t> order) const {
  if (!state_.average.needed()) return order;
  const Collective& ranks = state_.average.ranks();
  std::vector<at::Tensor> statistics;
  for (const auto& [name, tensor, trainable] : state_.module.tensors()) {
    if (!trainable) statistics.push_back(tensor);
  }
  state_.average.spread(statistics);
  const auto all = static_cast<std::ptrdiff_t>(order.size());
  const auto begin = all * ranks.rank() / ranks.size();
  const auto end = all * (ranks.rank() + 1) / ranks.size();
  return {order.begin() + begin, order.begin() + end};
}

void TrainingLoop::evaluation_round(std::int64_t round) {
  EpochResult result;
  result.epoch = static_cast<std::int32_t>(round);
  host_.begin_epoch(round);
  if (device_track_) device_track_->begin_epoch(round, host_.epoch(), run_);
  evaluate(state_.steps_per_epoch(), result);
  if (device_track_) device_track_->end_epoch();
  host_.end_epoch();
  if (outcome_.stopped) return;
  outcome_.epochs.push_back(result);
  if (listener_.epoch) listener_.epoch(result);
}

void TrainingLoop::evaluate(std::int64_t steps, EpochResult& result) {
  const at::NoGradGuard no_gradients;
  if (device_track_) device_track_->begin_evaluation();
  host_.enter(phase::kEvaluate);
  const auto batch_size = static_cast<std::size_t>(state_.batch_of_all());
  const std::size_t all = state_.data.test.size();
  std::size_t wanted = all;
  if (steps < state_.steps_per_epoch()) {
    const double part = static_cast<double>(steps) / static_cast<double>(state_.steps_per_epoch());
    const auto batches = static_cast<std::size_t>(
        std::ceil(part * static_cast<double>((all + batch_size - 1) / batch_size)));
    wanted = std::min(all, std::max<std::size_t>(batches, 1) * batch_size);
  }
  state_.source.start(state_.data.test, my_part(test_order(all, wanted)));
  state_.meter.clear();
  reported_ = std::chrono::steady_clock::now();
  images_at_report_ = 0;
  for (std::int64_t done = 1;; ++done) {
    if (stop_.stop_requested()) outcome_.stopped = true;  // a part of the images is no test result
    const auto batch = outcome_.stopped ? std::nullopt : state_.source.next();
    if (!batch) break;
    const at::Tensor images = to_device(batch->images, true);
    const at::Tensor labels = to_device(batch->labels, false);
    const AutocastScope autocast{state_.options.precision, state_.device};
    const at::Tensor logits = state_.module.forward(images, false);
    state_.meter.add(at::cross_entropy_loss(logits, labels), logits, labels);
    state_.source.launched(*batch);
    report(done, static_cast<std::int64_t>((wanted + batch_size - 1) / batch_size), true);
  }
  outcome_.stopped = stop_agreed(outcome_.stopped);
  const Learnt learnt = learnt_by_all();
  state_.source.finish();
  host_.enter(phase::kOther);
  if (outcome_.stopped) return;
  outcome_.tests +=
      static_cast<double>(wanted) / static_cast<double>(std::max<std::size_t>(all, 1));
  result.test_loss = learnt.loss;
  result.test_accuracy = learnt.accuracy;
}

}  // namespace erg
