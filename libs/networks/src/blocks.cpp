// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#include <algorithm>

namespace erg {

void normed_convolution(NetworkBuilder& net, std::string_view name, const Conv2d& convolution,
                        const BatchNorm& norm, std::optional<Function> activation) {
  net.enter(name).add(convolution, "0").add(norm, "1");
  if (activation) net.add(Activation{*activation}, "2");
  net.leave();
}

void squeeze_excitation(NetworkBuilder& net, std::string_view name, std::int64_t width,
                        std::int64_t squeezed, Function activation, Function gate) {
  const auto whole = net.here();
  net.enter(name);
  net.add(AdaptiveAvgPool2d{.output = 1}, "avgpool");
  net.add(Conv2d{.out_channels = squeezed}, "fc1").add(Activation{activation}, "activation");
  net.add(Conv2d{.out_channels = width}, "fc2").add(Activation{gate}, "scale_activation");
  net.join(Combine{Arithmetic::multiply}, {net.here(), whole}, "multiply");
  net.leave();
}

std::int64_t rounded_width(double width) {
  const auto rounded = std::max<std::int64_t>(8, static_cast<std::int64_t>(width + 4) / 8 * 8);
  return static_cast<double>(rounded) < 0.9 * width ? rounded + 8 : rounded;
}

}  // namespace erg
