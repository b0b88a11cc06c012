// SPDX-License-Identifier: Apache-2.0
#include "windows.h"

#include <algorithm>
#include <string>

#include "checks.h"

namespace erg {
namespace {

constexpr std::string_view kImage = "channels x height x width";

std::string pair_text(const Pair& pair) {
  return std::to_string(pair.height) + "x" + std::to_string(pair.width);
}

void check_window(const Window& window) {
  want_option("kernel", window.kernel, 1);
  want_option("stride", window.stride, 1);
  want_option("padding", window.padding, 0);
  want_option("dilation", window.dilation, 1);
}

// PyTorch's rule. In ceil mode a window may hang over by less than a stride, but must start inside
// the input or its left padding.
std::int64_t places_along(std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                          std::int64_t padding, std::int64_t dilation, bool ceil_mode) {
  const std::int64_t overhang = ceil_mode ? stride - 1 : 0;
  const std::int64_t room = extent + 2 * padding - dilation * (kernel - 1) - 1 + overhang;
  if (room < 0) return 0;
  std::int64_t count = room / stride + 1;
  if (ceil_mode && (count - 1) * stride >= extent + padding) --count;
  return count;
}

void check_channels(std::int64_t in, std::int64_t out, std::int64_t groups, const Shape& input) {
  want_option("out_channels", out, 1);
  want_option("groups", groups, 1);
  want_width("channels", in, input[0], input);
  want(input[0] % groups == 0 && out % groups == 0,
       std::to_string(groups) + " groups do not divide " + std::to_string(input[0]) +
           " channels in and " + std::to_string(out) + " out");
}

Shape pooled(const Window& window, const Shape& input) {
  want_rank(input, 3, kImage);
  check_window(window);
  want(window.padding.height * 2 <= window.kernel.height &&
           window.padding.width * 2 <= window.kernel.width,
       "padding of " + pair_text(window.padding) + " is more than half the kernel of " +
           pair_text(window.kernel));
  const Pair out = places(window, input);
  return {input[0], out.height, out.width};
}

Pair or_kernel(const Pair& stride, const Pair& kernel) {
  return {stride.height == 0 ? kernel.height : stride.height,
          stride.width == 0 ? kernel.width : stride.width};
}

}  // namespace

Pair places(const Window& window, const Shape& image) {
  const Pair out{places_along(image[1], window.kernel.height, window.stride.height,
                              window.padding.height, window.dilation.height, window.ceil_mode),
                 places_along(image[2], window.kernel.width, window.stride.width,
                              window.padding.width, window.dilation.width, window.ceil_mode)};
  if (out.height < 1 || out.width < 1) {
    throw LayerError{
        "an input of " + to_string(image) + " is too small for a kernel of " +
        pair_text(window.kernel) + " with padding " + pair_text(window.padding) +
        (window.dilation == Pair{1} ? "" : ", dilation " + pair_text(window.dilation))};
  }
  return out;
}

Shape window_shape(const Conv1d& layer, const Shape& input) {
  want_rank(input, 2, "channels x length");
  const Window window{
      {1, layer.kernel}, {1, layer.stride}, {0, layer.padding}, {1, layer.dilation}};
  check_window(window);
  check_channels(layer.in_channels, layer.out_channels, layer.groups, input);
  return {layer.out_channels, places(window, {input[0], 1, input[1]}).width};
}

Shape window_shape(const Conv2d& layer, const Shape& input) {
  want_rank(input, 3, kImage);
  const Window window{layer.kernel, layer.stride, layer.padding, layer.dilation};
  check_window(window);
  check_channels(layer.in_channels, layer.out_channels, layer.groups, input);
  const Pair out = places(window, input);
  return {layer.out_channels, out.height, out.width};
}

Shape window_shape(const ConvTranspose2d& layer, const Shape& input) {
  want_rank(input, 3, kImage);
  check_window({layer.kernel, layer.stride, layer.padding, layer.dilation});
  want_option("output_padding", layer.output_padding, 0);
  want(layer.output_padding.height < std::max(layer.stride.height, layer.dilation.height) &&
           layer.output_padding.width < std::max(layer.stride.width, layer.dilation.width),
       "an output_padding of " + pair_text(layer.output_padding) +
           " is not smaller than the stride or the dilation");
  check_channels(layer.in_channels, layer.out_channels, layer.groups, input);
  const auto along = [](std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                        std::int64_t padding, std::int64_t dilation, std::int64_t extra) {
    want_option("extent", extent, 1);
    return (extent - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1;
  };
  const Shape out{layer.out_channels,
                  along(input[1], layer.kernel.height, layer.stride.height, layer.padding.height,
                        layer.dilation.height, layer.output_padding.height),
                  along(input[2], layer.kernel.width, layer.stride.width, layer.padding.width,
                        layer.dilation.width, layer.output_padding.width)};
  want(out[1] > 0 && out[2] > 0, "an input of " + to_string(input) +
                                     " vanishes in the padding of " + pair_text(layer.padding));
  return out;
}

Shape window_shape(const MaxPool2d& layer, const Shape& input) {
  return pooled({layer.kernel, or_kernel(layer.stride, layer.kernel), layer.padding, layer.dilation,
                 layer.ceil_mode},
                input);
}

Shape window_shape(const AvgPool2d& layer, const Shape& input) {
  return pooled(
      {layer.kernel, or_kernel(layer.stride, layer.kernel), layer.padding, 1, layer.ceil_mode},
      input);
}

Shape window_shape(const AdaptiveAvgPool2d& layer, const Shape& input) {
  want_rank(input, 3, kImage);
  want_option("output", layer.output, 1);
  return {input[0], layer.output.height, layer.output.width};
}

Shape window_shape(const Upsample2d& layer, const Shape& input) {
  want_rank(input, 3, kImage);
  if (layer.size != Pair{0}) {
    want_option("size", layer.size, 1);
    return {input[0], layer.size.height, layer.size.width};
  }
  want_option("factor", layer.factor, 1);
  want_option("extent", {input[1], input[2]}, 1);
  return {input[0], input[1] * layer.factor.height, input[2] * layer.factor.width};
}

// Padding that is made of the tensor needs as much of it.
void want_inside(const Pad2d& layer, const Shape& input) {
  const Pair extents{input[input.rank() - 2], input[input.rank() - 1]};
  const std::int64_t kept = layer.mode == PadMode::reflect ? 1 : 0;
  const bool fits = std::max(layer.top, layer.bottom) <= extents.height - kept &&
                    std::max(layer.left, layer.right) <= extents.width - kept;
  want(std::min({layer.top, layer.bottom, layer.left, layer.right}) >= 0,
       "negative padding is of a number only");
  want(layer.mode == PadMode::replicate || fits,
       "more padding than " + to_string(input) + " has to make it of");
}

Shape window_shape(const Pad2d& layer, const Shape& input) {
  want_rank_at_least(input, 2, "at least height x width");
  for (const auto side : {layer.top, layer.bottom, layer.left, layer.right}) {
    want_option("padding", side, -kLargestOption);
  }
  if (layer.mode != PadMode::constant) want_inside(layer, input);
  Shape out = input;
  auto& height = out.dims[out.rank() - 2];
  auto& width = out.dims[out.rank() - 1];
  height += layer.top + layer.bottom;
  width += layer.left + layer.right;
  want(height > 0 && width > 0, "padding takes all of " + to_string(input) + " away");
  return out;
}

Shape window_shape(const PatchEmbedding& layer, const Shape& input) {
  want_rank(input, 3, kImage);
  want_option("patch", layer.patch, 1);
  want_option("dim", layer.dim, 1);
  want_width("channels", layer.in_channels, input[0], input);
  const Pair out = places({layer.patch, layer.patch, 0}, input);
  return {out.height * out.width, layer.dim};
}

}  // namespace erg
