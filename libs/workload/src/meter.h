// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "torch_headers.h"

namespace erg {

// What was learnt so far in an epoch: means over the images seen.
struct Learnt {
  double loss = 0;
  double accuracy = 0;
  std::int64_t images = 0;
};

// Adds up loss and right answers on the device itself, so that no step waits for a number.
class Meter {
 public:
  explicit Meter(at::Device device);

  void clear();
  void add(const at::Tensor& loss, const at::Tensor& logits, const at::Tensor& labels);

  // Asks for the sums as of now; poll() has them once the device got there.
  void ask();
  std::optional<Learnt> poll();

  // Waits for the device.
  Learnt read();

 private:
  Learnt learnt(const at::Tensor& sums, std::int64_t images, std::int64_t answers) const;

  const at::Device device_;
  at::Tensor sums_;                  // of loss times images, and of right answers
  at::Tensor asked_;                 // on the host
  std::vector<c10::Event> arrived_;  // one while an answer is on its way
  std::int64_t images_ = 0;
  std::int64_t answers_ = 0;  // one an image; one a token of a sequence
  std::int64_t asked_images_ = 0;
  std::int64_t asked_answers_ = 0;
  bool asked_now_ = false;
};

}  // namespace erg
