// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

constexpr std::array<std::int64_t, 5> kWidths{64, 128, 256, 512, 512};

// Convolutions of each of the five stages.
std::array<int, 5> depths(const std::string& name) {
  if (name.starts_with("vgg11")) return {1, 1, 2, 2, 2};
  if (name.starts_with("vgg13")) return {2, 2, 2, 2, 2};
  if (name.starts_with("vgg16")) return {2, 2, 3, 3, 3};
  return {2, 2, 4, 4, 4};
}

Network vgg_thesis(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  const auto layers = depths(request.name);
  for (std::size_t stage = 0; stage < kWidths.size(); ++stage) {
    for (int i = 0; i < layers[stage]; ++i) {
      net.add(same_convolution(kWidths[stage], 3, 1, 1, true)).add(Activation{});
    }
    net.add(MaxPool2d{.kernel = 2});
  }
  net.add(Flatten{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

Network vgg(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  const auto layers = depths(request.name);
  const bool normed = request.name.ends_with("_bn");
  int position = 0;
  const auto add = [&](Layer layer) { net.add(std::move(layer), std::to_string(position++)); };
  net.enter("features");
  for (std::size_t stage = 0; stage < kWidths.size(); ++stage) {
    for (int i = 0; i < layers[stage]; ++i) {
      add(same_convolution(kWidths[stage], 3, 1, 1, true));
      if (normed) add(BatchNorm{});
      add(Activation{});
    }
    add(MaxPool2d{.kernel = 2});
  }
  net.leave();
  net.add(AdaptiveAvgPool2d{.output = 7}, "avgpool").add(Flatten{}, "flatten");
  net.enter("classifier");
  net.add(Linear{.out_features = 4096}, "0").add(Activation{}, "1").add(Dropout{}, "2");
  net.add(Linear{.out_features = 4096}, "3").add(Activation{}, "4").add(Dropout{}, "5");
  net.add(Linear{.out_features = request.classes}, "6").leave();
  return net.build(Initialization::kaiming_normal);
}

}  // namespace

std::vector<Recipe> vgg_recipes() {
  const Shape gray{1, 224, 224};
  const Shape colour{3, 224, 224};
  return {
      {{"vgg11_thesis", "vgg", "the study's VGG-11", gray, 10}, vgg_thesis},
      {{"vgg13_thesis", "vgg", "the study's VGG-13", gray, 10}, vgg_thesis},
      {{"vgg16_thesis", "vgg", "the study's VGG-16", gray, 10}, vgg_thesis},
      {{"vgg19_thesis", "vgg", "the study's VGG-19", gray, 10}, vgg_thesis},
      {{"vgg11", "vgg", "torchvision's VGG-11", colour, 1000}, vgg},
      {{"vgg13", "vgg", "torchvision's VGG-13", colour, 1000}, vgg},
      {{"vgg16", "vgg", "torchvision's VGG-16", colour, 1000}, vgg},
      {{"vgg19", "vgg", "torchvision's VGG-19", colour, 1000}, vgg},
      {{"vgg11_bn", "vgg", "torchvision's VGG-11 with batch norm", colour, 1000}, vgg},
      {{"vgg13_bn", "vgg", "torchvision's VGG-13 with batch norm", colour, 1000}, vgg},
      {{"vgg16_bn", "vgg", "torchvision's VGG-16 with batch norm", colour, 1000}, vgg},
      {{"vgg19_bn", "vgg", "torchvision's VGG-19 with batch norm", colour, 1000}, vgg},
  };
}

}  // namespace erg
