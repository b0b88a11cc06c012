// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "erg/layer.h"

namespace erg {

// A sliding window over height and width.
struct Window {
  Pair kernel;
  Pair stride;
  Pair padding;
  Pair dilation = 1;
  bool ceil_mode = false;
};

// How many places the window has in each direction. Throws LayerError for one that has none.
Pair places(const Window& window, const Shape& image);

// The shapes of layers with windows, and of what they make.
Shape window_shape(const Conv1d& layer, const Shape& input);
Shape window_shape(const Conv2d& layer, const Shape& input);
Shape window_shape(const ConvTranspose2d& layer, const Shape& input);
Shape window_shape(const MaxPool2d& layer, const Shape& input);
Shape window_shape(const AvgPool2d& layer, const Shape& input);
Shape window_shape(const AdaptiveAvgPool2d& layer, const Shape& input);
Shape window_shape(const Upsample2d& layer, const Shape& input);
Shape window_shape(const Pad2d& layer, const Shape& input);
Shape window_shape(const PatchEmbedding& layer, const Shape& input);

}  // namespace erg
