// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

// Depthwise and pointwise convolutions with nothing between them, and with biases.
Network mobilenetv1_thesis(const Request& request) {
  struct Pointwise {
    std::int64_t width, stride;
  };
  constexpr std::array<Pointwise, 13> kPairs{{{64, 1},
                                              {128, 2},
                                              {128, 1},
                                              {256, 2},
                                              {256, 1},
                                              {512, 2},
                                              {512, 1},
                                              {512, 1},
                                              {512, 1},
                                              {512, 1},
                                              {512, 1},
                                              {1024, 2},
                                              {1024, 1}}};
  NetworkBuilder net{request.name, {request.input}};
  std::int64_t width = 32;
  net.add(same_convolution(width, 3, 2, 1, true)).add(BatchNorm{}).add(Activation{});
  for (const auto& pair : kPairs) {
    net.add(same_convolution(width, 3, pair.stride, width, true));
    net.add(same_convolution(pair.width, 1, 1, 1, true));
    width = pair.width;
  }
  net.add(AdaptiveAvgPool2d{.output = 1}).add(Flatten{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

struct Inverted {
  std::int64_t expansion, width, count, stride;
};

constexpr std::array<Inverted, 7> kInverted{{{1, 16, 1, 1},
                                             {6, 24, 2, 2},
                                             {6, 32, 3, 2},
                                             {6, 64, 4, 2},
                                             {6, 96, 3, 1},
                                             {6, 160, 3, 2},
                                             {6, 320, 1, 1}}};

// An inverted residual block. `always_expand`: with a 1x1 convolution even where it widens nothing.
void inverted_residual(NetworkBuilder& net, std::int64_t in, const Inverted& block,
                       std::int64_t stride, bool always_expand) {
  const auto before = net.here();
  const auto hidden = in * block.expansion;
  int position = 0;
  const auto next = [&] { return std::to_string(position++); };
  net.enter("conv");
  if (hidden != in || always_expand) {
    normed_convolution(net, next(), same_convolution(hidden, 1), {}, Function::relu6);
  }
  normed_convolution(net, next(), same_convolution(hidden, 3, stride, hidden), {}, Function::relu6);
  net.add(same_convolution(block.width, 1), next()).add(BatchNorm{}, next());
  net.leave();
  if (stride == 1 && in == block.width) add_shortcut(net, before);
}

Network mobilenet_v2(const Request& request) {
  const bool thesis = request.name.ends_with("_thesis");
  NetworkBuilder net{request.name, {request.input}};
  std::int64_t width = 32;
  int position = 0;
  net.enter("features");
  normed_convolution(net, std::to_string(position++), same_convolution(width, 3, 2), {},
                     Function::relu6);
  for (const auto& block : kInverted) {
    for (int i = 0; i < block.count; ++i) {
      net.enter(std::to_string(position++));
      inverted_residual(net, width, block, i == 0 ? block.stride : 1, thesis);
      net.leave();
      width = block.width;
    }
  }
  normed_convolution(net, std::to_string(position), same_convolution(1280, 1), {}, Function::relu6);
  net.leave();
  global_average(net);
  net.add(Dropout{.p = 0.2}, "classifier.0");
  net.add(Linear{.out_features = request.classes}, "classifier.1");
  return net.build(thesis ? Initialization::xavier_uniform : Initialization::kaiming_normal);
}

}  // namespace

std::vector<Recipe> mobilenet_recipes() {
  const Shape gray{1, 224, 224};
  const Shape colour{3, 224, 224};
  return {
      {{"mobilenetv1_thesis", "mobilenet", "the study's MobileNetV1, nothing between convolutions",
        gray, 10},
       mobilenetv1_thesis},
      {{"mobilenetv2_thesis", "mobilenet", "the study's MobileNetV2, every block expanded", gray,
        10},
       mobilenet_v2},
      {{"mobilenet_v2", "mobilenet", "torchvision's MobileNetV2", colour, 1000}, mobilenet_v2},
  };
}

}  // namespace erg
