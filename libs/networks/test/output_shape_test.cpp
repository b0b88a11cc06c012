// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "erg/layer.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

Shape made(const Layer& layer, const std::vector<Shape>& inputs) {
  return output_shape(layer, inputs);
}

// Empty where the layer refuses.
std::optional<Shape> made_or_refused(const Layer& layer, const std::vector<Shape>& inputs) {
  try {
    return output_shape(layer, inputs);
  } catch (const LayerError&) {
    return std::nullopt;
  }
}

std::string complaint(const Layer& layer, const std::vector<Shape>& inputs) {
  try {
    output_shape(layer, inputs);
  } catch (const LayerError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

// Places of a window along one axis, found by trying every start. With ceil_mode it may hang over
// the end by less than a stride (as PyTorch 2.13 does for every case of extents up to 8).
std::int64_t tried_places(std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                          std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  const auto reach = dilation * (kernel - 1) + 1;
  const auto end = extent + padding + (ceil_mode ? stride - 1 : 0);
  std::int64_t count = 0;
  for (auto start = -padding; start + reach <= end && start < extent; start += stride) ++count;
  return count;
}

TEST(OutputShape, OfWindowsIsWhatTryingEveryPlaceFinds) {
  std::mt19937 random{7};
  const auto pick = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution{least, most}(random);
  };
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const Pair kernel{pick(1, 6), pick(1, 6)};
    const Pair stride{pick(1, 4), pick(1, 4)};
    const Pair padding{pick(0, kernel.height / 2), pick(0, kernel.width / 2)};
    const Pair dilation{pick(1, 3), pick(1, 3)};
    const bool ceil_mode = pick(0, 1) == 1;
    const Shape image{4, pick(1, 14), pick(1, 14)};
    const auto expect = [&](const Layer& layer, std::int64_t channels, const Pair& dilated,
                            bool ceil) {
      const Shape tried{
          channels,
          tried_places(image[1], kernel.height, stride.height, padding.height, dilated.height,
                       ceil),
          tried_places(image[2], kernel.width, stride.width, padding.width, dilated.width, ceil)};
      const auto shape = made_or_refused(layer, {image});
      EXPECT_EQ(shape.has_value(), tried[1] > 0 && tried[2] > 0);
      if (shape) {
        EXPECT_EQ(*shape, tried) << kind(layer) << " of " << to_string(image);
      }
      refused += !shape;
    };
    expect(Conv2d{0, 6, kernel, stride, padding, dilation, 2, true}, 6, dilation, false);
    expect(MaxPool2d{kernel, stride, padding, dilation, ceil_mode}, 4, dilation, ceil_mode);
    expect(AvgPool2d{kernel, stride, padding, ceil_mode, true}, 4, 1, ceil_mode);
  }
  EXPECT_GT(refused, 100);
}

// A transposed convolution makes the input that the convolution with its options takes back.
TEST(OutputShape, OfATransposedConvolutionIsUndoneByTheConvolution) {
  std::mt19937 random{8};
  const auto pick = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution{least, most}(random);
  };
  for (int i = 0; i < 1000; ++i) {
    const auto kernel = pick(1, 5);
    const auto stride = pick(1, 3);
    const auto padding = pick(0, (kernel - 1) / 2);
    const Shape image{2, pick(1, 9), pick(1, 9)};
    const Shape large = made(ConvTranspose2d{0, 3, kernel, stride, padding}, {image});
    EXPECT_EQ(made(Conv2d{0, 2, kernel, stride, padding}, {large}), image);
  }
}

TEST(OutputShape, OfASliceIsHowManyPositionsThereAre) {
  for (std::int64_t begin = -6; begin <= 6; ++begin) {
    for (std::int64_t end = -6; end <= 7; ++end) {
      for (std::int64_t step = 1; step <= 3; ++step) {
        std::int64_t count = 0;
        const auto from_start = [](std::int64_t i) { return i < 0 ? i + 5 : i; };
        for (std::int64_t i = std::max<std::int64_t>(0, from_start(begin));
             i < std::min<std::int64_t>(5, from_start(end)); i += step) {
          ++count;
        }
        const auto shape = made_or_refused(Slice{1, begin, end, step}, {{2, 5}});
        EXPECT_EQ(shape.has_value(), count > 0);
        if (shape) {
          EXPECT_EQ(*shape, (Shape{2, count}));
        }
      }
    }
  }
}

TEST(OutputShape, OfEverythingElse) {
  const struct {
    Layer layer;
    std::vector<Shape> inputs;
    Shape output;
  } cases[] = {
      {Conv1d{0, 7, 3, 2, 1, 1, 1}, {{4, 9}}, {7, 5}},
      {Linear{0, 9}, {{5, 6, 4}}, {5, 6, 9}},
      {BatchNorm{}, {{3}}, {3}},
      {GroupNorm{2}, {{4, 5}}, {4, 5}},
      {AdaptiveAvgPool2d{{2, 3}}, {{4, 9, 9}}, {4, 2, 3}},
      {Reduce{Reduction::sum, {-1, 0}, false}, {{2, 3, 4}}, {3}},
      {Reduce{Reduction::max, {1}, true}, {{2, 3, 4}}, {2, 1, 4}},
      {Upsample2d{{2, 3}}, {{1, 4, 5}}, {1, 8, 15}},
      {Pad2d{1, 2, -1, 3}, {{1, 4, 5}}, {1, 7, 7}},
      {Flatten{1}, {{2, 3, 4}}, {2, 12}},
      {Flatten{}, {{}}, {1}},
      {Reshape{{2, -1}}, {{3, 4}}, {2, 6}},
      {Permute{{2, 0, 1}}, {{2, 3, 4}}, {4, 2, 3}},
      {Select{-1, -1}, {{2, 3}}, {2}},
      {Expand{{2, 3}}, {{3}}, {2, 3}},
      {Concat{1}, {{2, 3}, {2, 4}, {2, 1}}, {2, 8}},
      {Combine{}, {{2, 1, 4}, {3, 1}, {1}}, {2, 3, 4}},
      {MatMul{}, {{5, 1, 2, 3}, {4, 3, 6}}, {5, 4, 2, 6}},
      {PatchEmbedding{0, 8, {4, 2}}, {{3, 9, 8}}, {8, 8}},
      {ClassToken{}, {{4, 8}}, {5, 8}},
      {PositionEmbedding{10, 8}, {{4, 8}}, {4, 8}},
      {TokenEmbedding{100, 8}, {{4}}, {4, 8}},
      {MultiHeadAttention{0, 2}, {{4, 8}}, {4, 8}},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(made(each.layer, each.inputs), each.output) << kind(each.layer);
  }
}

TEST(OutputShape, RefusesWithWhatCameAndWhatWasWanted) {
  const struct {
    Layer layer;
    std::vector<Shape> inputs;
    const char* text;
  } cases[] = {
      {Conv2d{0, 8, 11}, {{3, 10, 10}}, "3x10x10 is too small for a kernel of 11x11"},
      {Conv2d{0, 8, 3, 1, 0, 1, 2}, {{3, 10, 10}}, "2 groups do not divide 3 channels"},
      {Conv2d{0, 8, 3, 0}, {{3, 10, 10}}, "stride is 0"},
      {Conv2d{0, 8}, {{300}}, "wanted channels x height x width, got 300"},
      {Conv2d{4, 8}, {{3, 9, 9}}, "wanted 4 channels, got 3 in 3x9x9"},
      {Conv2d{0, 8, std::int64_t{1} << 40}, {{3, 9, 9}}, "kernel is 1099511627776"},
      {MaxPool2d{2, 2, 2}, {{1, 8, 8}}, "padding of 2x2 is more than half the kernel"},
      {Linear{0, 0}, {{4}}, "out_features is 0"},
      {LayerNorm{5}, {{4, 6}}, "wanted 5 features, got 6"},
      {Concat{}, {{2, 3}, {2, 4}}, "2x4 does not fit beside 2x3 on axis 0"},
      {Combine{}, {{2, 3}, {2, 4}}, "shapes 2x3 and 2x4 do not fit together"},
      {Combine{}, {{2}}, "wanted at least 2 inputs, got 1"},
      {MatMul{}, {{2, 3}, {2, 3}}, "cannot multiply 2x3 by 2x3"},
      {Reshape{{5}}, {{2, 3}}, "wanted 5, got 2x3"},
      {Reshape{{-1, 4}}, {{2, 3}}, "wanted a multiple of 4 numbers for -1x4, got 6 in 2x3"},
      {Reshape{{-1, -1}}, {{2, 3}}, "negative"},
      {Permute{{0, 0}}, {{2, 3}}, "axis 0 appears twice"},
      {Permute{{0}}, {{2, 3}}, "an order of 1 axes"},
      {Softmax{2}, {{2, 3}}, "axis 2 of a tensor with 2 axes"},
      {Select{0, 2}, {{2, 3}}, "index 2 of 2x3"},
      {Slice{0, 3, 9}, {{2, 3}}, "nothing is left of axis 0"},
      {Scale{{4}}, {{2, 3}}, "do not fit together"},
      {Scale{{5, 1, 1}}, {{2, 3}}, "a scale of 5x1x1 does not fit 2x3"},
      {Dropout{1.5}, {{2}}, "a probability of 1.5"},
      {PositionEmbedding{3, 8}, {{4, 8}}, "at most 3 positions, got 4x8"},
      {MultiHeadAttention{0, 3}, {{4, 8}}, "3 heads do not divide 8 features"},
      {TokenEmbedding{10, 4}, {{3, 4}}, "wanted a sequence of tokens, got 3x4"},
      {Pad2d{-9, 0, 0, 0}, {{1, 4, 4}}, "takes all of 1x4x4 away"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(complaint(each.layer, each.inputs), HasSubstr(each.text)) << kind(each.layer);
  }
}

TEST(Layer, HasTensorsAsPyTorchHas) {
  const auto sizes = [](const Layer& layer) {
    std::string text;
    for (const auto& tensor : tensors(layer)) {
      text += std::string{tensor.name} + " " + to_string(tensor.shape) + "; ";
    }
    return text;
  };
  EXPECT_EQ(sizes(Conv2d{8, 6, {3, 5}, 1, 0, 1, 2}), "weight 6x4x3x5; bias 6; ");
  EXPECT_EQ(sizes(ConvTranspose2d{8, 6, 3, 1, 0, 0, 1, 2}), "weight 8x3x3x3; bias 6; ");
  EXPECT_EQ(sizes(Linear{4, 2, false}), "weight 2x4; ");
  EXPECT_EQ(sizes(BatchNorm{3}), "weight 3; bias 3; running_mean 3; running_var 3; ");
  EXPECT_EQ(sizes(MultiHeadAttention{8, 2, 4}),
            "in_proj_weight 24x8; in_proj_bias 24; out_proj.weight 8x8; out_proj.bias 8; ");
  EXPECT_EQ(sizes(Activation{}), "");
}

}  // namespace
}  // namespace erg
