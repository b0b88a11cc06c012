// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "erg/collective.h"
#include "nccl_collective.h"
#include "torch_headers.h"

namespace erg {

// Makes of the gradients of each rank the weighted mean of all, in one sum.
class GradientAverage {
 public:
  // Null, or one rank: nothing to do. Throws TrainingError.
  GradientAverage(Collective* ranks, at::Device device);

  bool needed() const { return ranks_ != nullptr; }
  Collective& ranks() const { return *ranks_; }

  // In place. `weight`: the share of this rank's images in the step; all add up to 1.
  void average(const std::vector<at::Tensor>& gradients, double weight);

  // What rank 0 has, on all.
  void spread(const std::vector<at::Tensor>& tensors) const;

 private:
  Collective* ranks_;
  const at::Device device_;
  std::optional<NcclCollective> nccl_;  // on a GPU
  at::Tensor flat_;                     // all gradients, one behind the other
};

// The images that one rank trains on in an epoch, and how many all take in each step.
struct Shard {
  std::vector<std::uint32_t> order;  // in batches, the last one smaller
  std::int64_t steps = 0;
  std::int64_t batch = 0;  // of all ranks
  std::int64_t last = 0;   // images of all ranks in the last step
  bool stands_in = false;  // its last image is another rank's: there was none left for this one

  // The share of this rank's `images` in the step `index`.
  double weight(std::int64_t images, std::int64_t index) const;
};

// Each step's images side by side, rank by rank, so that together they are what one process would
// take with a batch of `batch` times `size`.
Shard shard(const std::vector<std::uint32_t>& order, std::int64_t batch, int rank, int size);

}  // namespace erg
