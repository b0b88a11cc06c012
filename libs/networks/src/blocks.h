// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erg/network_builder.h"

// What several families are made of, named as torchvision names it.
namespace erg {

// A convolution of odd kernel that keeps the size, but for its stride.
inline Conv2d same_convolution(std::int64_t width, std::int64_t kernel, std::int64_t stride = 1,
                               std::int64_t groups = 1, bool bias = false) {
  return {.out_channels = width,
          .kernel = kernel,
          .stride = stride,
          .padding = (kernel - 1) / 2,
          .groups = groups,
          .bias = bias};
}

// Conv2dNormActivation: "name.0" convolution, "name.1" batch norm, "name.2" activation, if any.
void normed_convolution(NetworkBuilder& net, std::string_view name, const Conv2d& convolution,
                        const BatchNorm& norm, std::optional<Function> activation);

// Squeeze and excitation of `width` channels: global pooling, fc1 to `squeezed`, activation, fc2,
// gate, and the product with what came.
void squeeze_excitation(NetworkBuilder& net, std::string_view name, std::int64_t width,
                        std::int64_t squeezed, Function activation, Function gate);

// The current tensor plus `shortcut`.
inline void add_shortcut(NetworkBuilder& net, NetworkBuilder::Id shortcut,
                         std::string_view name = "add") {
  net.join(Combine{Arithmetic::add}, {net.here(), shortcut}, name);
}

// "avgpool", "flatten": each channel's mean.
inline void global_average(NetworkBuilder& net) {
  net.add(AdaptiveAvgPool2d{.output = 1}, "avgpool").add(Flatten{}, "flatten");
}

// The nearest multiple of 8 that takes away no more than a tenth, as MobileNets round widths.
std::int64_t rounded_width(double width);

}  // namespace erg
