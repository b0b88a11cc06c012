// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "erg/shape.h"

namespace erg {

// Turns images of 8 bits a channel into numbers in [0, 1] of another height and width, as PyTorch's
// interpolate does in mode bilinear with align_corners = False and without antialiasing.
//
// Immutable after construction: any number of threads may use one, each with its own scratch.
class BilinearResize {
 public:
  // Shapes are channels x height x width, with equally many channels.
  BilinearResize(const Shape& from, const Shape& to);

  // `scratch` is resized as needed and may be used again.
  void run(std::span<const std::uint8_t> image, std::span<float> out,
           std::vector<float>& scratch) const;

 private:
  // Output i is (1 - weight) * input[first] + weight * input[second].
  struct Tap {
    std::uint32_t first;
    std::uint32_t second;
    float weight;
  };
  static std::vector<Tap> taps(std::int64_t from, std::int64_t to);
  void widen(const std::uint8_t* row, float* out) const;
  void resize_channel(const std::uint8_t* in, float* out, std::vector<float>& scratch) const;

  std::size_t channels_;
  std::size_t from_height_, from_width_;
  std::size_t to_height_, to_width_;
  std::vector<Tap> rows_;
  std::vector<Tap> columns_;
};

}  // namespace erg
