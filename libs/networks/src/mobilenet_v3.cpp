// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <span>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

constexpr auto kRelu = Function::relu;
constexpr auto kSwish = Function::hardswish;
constexpr BatchNorm kNorm{.epsilon = 0.001, .momentum = 0.01};

struct Block {
  std::int64_t kernel, hidden, width;
  bool squeeze;
  Function activation;
  std::int64_t stride;
};

constexpr Block kLarge[] = {
    {3, 16, 16, false, kRelu, 1},   {3, 64, 24, false, kRelu, 2},   {3, 72, 24, false, kRelu, 1},
    {5, 72, 40, true, kRelu, 2},    {5, 120, 40, true, kRelu, 1},   {5, 120, 40, true, kRelu, 1},
    {3, 240, 80, false, kSwish, 2}, {3, 200, 80, false, kSwish, 1}, {3, 184, 80, false, kSwish, 1},
    {3, 184, 80, false, kSwish, 1}, {3, 480, 112, true, kSwish, 1}, {3, 672, 112, true, kSwish, 1},
    {5, 672, 160, true, kSwish, 2}, {5, 960, 160, true, kSwish, 1}, {5, 960, 160, true, kSwish, 1},
};

constexpr Block kSmall[] = {
    {3, 16, 16, true, kRelu, 2},   {3, 72, 24, false, kRelu, 2},  {3, 88, 24, false, kRelu, 1},
    {5, 96, 40, true, kSwish, 2},  {5, 240, 40, true, kSwish, 1}, {5, 240, 40, true, kSwish, 1},
    {5, 120, 48, true, kSwish, 1}, {5, 144, 48, true, kSwish, 1}, {5, 288, 96, true, kSwish, 2},
    {5, 576, 96, true, kSwish, 1}, {5, 576, 96, true, kSwish, 1},
};

void inverted_residual(NetworkBuilder& net, std::int64_t in, const Block& block) {
  const auto before = net.here();
  int position = 0;
  const auto next = [&] { return std::to_string(position++); };
  net.enter("block");
  if (block.hidden != in) {
    normed_convolution(net, next(), same_convolution(block.hidden, 1), kNorm, block.activation);
  }
  normed_convolution(net, next(),
                     same_convolution(block.hidden, block.kernel, block.stride, block.hidden),
                     kNorm, block.activation);
  if (block.squeeze) {
    squeeze_excitation(net, next(), block.hidden,
                       rounded_width(static_cast<double>(block.hidden) / 4), Function::relu,
                       Function::hardsigmoid);
  }
  normed_convolution(net, next(), same_convolution(block.width, 1), kNorm, std::nullopt);
  net.leave();
  if (block.stride == 1 && in == block.width) add_shortcut(net, before);
}

Network mobilenet_v3(const Request& request) {
  const bool large = request.name == "mobilenet_v3_large";
  NetworkBuilder net{request.name, {request.input}};
  std::int64_t width = 16;
  int position = 0;
  net.enter("features");
  normed_convolution(net, std::to_string(position++), same_convolution(width, 3, 2), kNorm, kSwish);
  for (const auto& block :
       large ? std::span<const Block>{kLarge} : std::span<const Block>{kSmall}) {
    net.enter(std::to_string(position++));
    inverted_residual(net, width, block);
    net.leave();
    width = block.width;
  }
  normed_convolution(net, std::to_string(position), same_convolution(6 * width, 1), kNorm, kSwish);
  net.leave();
  global_average(net);
  net.enter("classifier").add(Linear{.out_features = large ? 1280 : 1024}, "0");
  net.add(Activation{kSwish}, "1").add(Dropout{.p = 0.2}, "2");
  net.add(Linear{.out_features = request.classes}, "3").leave();
  return net.build(Initialization::kaiming_normal);
}

}  // namespace

std::vector<Recipe> mobilenet_v3_recipes() {
  const Shape colour{3, 224, 224};
  return {
      {{"mobilenet_v3_large", "mobilenet", "torchvision's large MobileNetV3", colour, 1000},
       mobilenet_v3},
      {{"mobilenet_v3_small", "mobilenet", "torchvision's small MobileNetV3", colour, 1000},
       mobilenet_v3},
  };
}

}  // namespace erg
