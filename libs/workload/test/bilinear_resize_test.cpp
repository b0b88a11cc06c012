// SPDX-License-Identifier: Apache-2.0
#include "erg/bilinear_resize.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace erg {
namespace {

std::vector<std::uint8_t> random_image(const Shape& shape) {
  std::mt19937 random{1};
  std::vector<std::uint8_t> image(static_cast<std::size_t>(shape.elements()));
  std::ranges::generate(image, [&] { return static_cast<std::uint8_t>(random()); });
  return image;
}

// Straight from the definition: half-pixel centres, in double.
double sampled(const std::vector<std::uint8_t>& image, const Shape& from, std::int64_t channel,
               double y, double x) {
  const auto pixel = [&](std::int64_t row, std::int64_t column) {
    row = std::clamp<std::int64_t>(row, 0, from[1] - 1);
    column = std::clamp<std::int64_t>(column, 0, from[2] - 1);
    return image[static_cast<std::size_t>((channel * from[1] + row) * from[2] + column)] / 255.0;
  };
  y = std::max(y, 0.0);
  x = std::max(x, 0.0);
  const auto top = static_cast<std::int64_t>(y);
  const auto left = static_cast<std::int64_t>(x);
  const double below = y - static_cast<double>(top);
  const double right = x - static_cast<double>(left);
  return (1 - below) * ((1 - right) * pixel(top, left) + right * pixel(top, left + 1)) +
         below * ((1 - right) * pixel(top + 1, left) + right * pixel(top + 1, left + 1));
}

class ResizeBetween : public ::testing::TestWithParam<std::pair<Shape, Shape>> {};

TEST_P(ResizeBetween, FollowsTheDefinition) {
  const auto& [from, to] = GetParam();
  const auto image = random_image(from);
  std::vector<float> out(static_cast<std::size_t>(to.elements()));
  std::vector<float> scratch;
  BilinearResize{from, to}.run(image, out, scratch);
  std::size_t i = 0;
  for (std::int64_t channel = 0; channel < to[0]; ++channel) {
    for (std::int64_t y = 0; y < to[1]; ++y) {
      for (std::int64_t x = 0; x < to[2]; ++x, ++i) {
        const double row = (static_cast<double>(y) + 0.5) * static_cast<double>(from[1]) /
                               static_cast<double>(to[1]) -
                           0.5;
        const double column = (static_cast<double>(x) + 0.5) * static_cast<double>(from[2]) /
                                  static_cast<double>(to[2]) -
                              0.5;
        ASSERT_NEAR(out[i], sampled(image, from, channel, row, column), 3e-5)
            << channel << ' ' << y << ' ' << x;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ResizeBetween,
                         ::testing::Values(std::pair{Shape{1, 28, 28}, Shape{1, 224, 224}},
                                           std::pair{Shape{3, 32, 32}, Shape{3, 224, 224}},
                                           std::pair{Shape{3, 32, 32}, Shape{3, 32, 32}},
                                           std::pair{Shape{2, 31, 17}, Shape{2, 12, 40}},
                                           std::pair{Shape{1, 1, 1}, Shape{1, 5, 3}},
                                           std::pair{Shape{1, 64, 64}, Shape{1, 7, 1}}));

}  // namespace
}  // namespace erg
