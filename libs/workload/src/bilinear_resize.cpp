// SPDX-License-Identifier: Apache-2.0
#include "erg/bilinear_resize.h"

#include <algorithm>
#include <cassert>

namespace erg {
namespace {

constexpr float kScale = 1.0F / 255.0F;

}  // namespace

BilinearResize::BilinearResize(const Shape& from, const Shape& to)
    : channels_{static_cast<std::size_t>(from[0])},
      from_height_{static_cast<std::size_t>(from[1])},
      from_width_{static_cast<std::size_t>(from[2])},
      to_height_{static_cast<std::size_t>(to[1])},
      to_width_{static_cast<std::size_t>(to[2])},
      rows_{taps(from[1], to[1])},
      columns_{taps(from[2], to[2])} {
  assert(from[0] == to[0]);
}

// Output pixel i has its centre at (i + 0.5) * from / to - 0.5 of the input, in float as in
// PyTorch.
std::vector<BilinearResize::Tap> BilinearResize::taps(std::int64_t from, std::int64_t to) {
  std::vector<Tap> taps;
  const float step = static_cast<float>(from) / static_cast<float>(to);
  for (std::int64_t i = 0; i < to; ++i) {
    const float centre = std::max(0.0F, step * (static_cast<float>(i) + 0.5F) - 0.5F);
    const auto last = static_cast<std::uint32_t>(from - 1);
    const auto first = std::min(static_cast<std::uint32_t>(centre), last);
    taps.push_back({first, std::min(first + 1, last),
                    std::clamp(centre - static_cast<float>(first), 0.0F, 1.0F)});
  }
  return taps;
}

void BilinearResize::widen(const std::uint8_t* row, float* out) const {
  for (std::size_t x = 0; x < to_width_; ++x) {
    const Tap& tap = columns_[x];
    const float first = static_cast<float>(row[tap.first]) * kScale;
    const float second = static_cast<float>(row[tap.second]) * kScale;
    out[x] = (1.0F - tap.weight) * first + tap.weight * second;
  }
}

// Input rows are widened once, when the output first needs them: two of them are kept.
void BilinearResize::resize_channel(const std::uint8_t* in, float* out,
                                    std::vector<float>& scratch) const {
  constexpr auto kNone = static_cast<std::uint32_t>(-1);
  scratch.resize(2 * to_width_);
  std::uint32_t held[2] = {kNone, kNone};
  const auto widened = [&](std::uint32_t row, std::uint32_t keep) {
    for (const std::size_t slot : {0, 1}) {
      if (held[slot] == row) return slot;
    }
    const std::size_t slot = held[0] == keep ? 1 : 0;
    widen(in + row * from_width_, scratch.data() + slot * to_width_);
    held[slot] = row;
    return slot;
  };
  for (std::size_t y = 0; y < to_height_; ++y, out += to_width_) {
    const Tap& tap = rows_[y];
    const float* first = scratch.data() + widened(tap.first, tap.second) * to_width_;
    const float* second = scratch.data() + widened(tap.second, tap.first) * to_width_;
    const float weight = tap.weight;
    for (std::size_t x = 0; x < to_width_; ++x) {
      out[x] = (1.0F - weight) * first[x] + weight * second[x];
    }
  }
}

void BilinearResize::run(std::span<const std::uint8_t> image, std::span<float> out,
                         std::vector<float>& scratch) const {
  assert(image.size() == channels_ * from_height_ * from_width_);
  assert(out.size() == channels_ * to_height_ * to_width_);
  if (from_height_ == to_height_ && from_width_ == to_width_) {
    std::ranges::transform(image, out.begin(),
                           [](std::uint8_t pixel) { return static_cast<float>(pixel) * kScale; });
    return;
  }
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    resize_channel(image.data() + channel * from_height_ * from_width_,
                   out.data() + channel * to_height_ * to_width_, scratch);
  }
}

}  // namespace erg
