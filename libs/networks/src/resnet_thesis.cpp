// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

// The study's ResNets: every convolution of the basic ones has a bias, shortcuts have no batch
// norm.
struct Style {
  std::array<int, 4> depths;
  bool bottleneck = false;
  bool residual = true;  // false: the twin without shortcuts and additions
};

Style style_of(const std::string& name) {
  if (name == "resnet50_thesis") return {{3, 4, 6, 3}, true};
  return {name.starts_with("resnet34") ? std::array{3, 4, 6, 3} : std::array{2, 2, 2, 2}, false,
          !name.ends_with("_plain")};
}

void residual_path(NetworkBuilder& net, const Style& style, std::int64_t width,
                   std::int64_t stride) {
  if (style.bottleneck) {
    net.add(same_convolution(width, 1, stride), "conv1").add(BatchNorm{}, "bn1");
    net.add(Activation{}, "relu1");
    net.add(same_convolution(width, 3), "conv2").add(BatchNorm{}, "bn2");
    net.add(Activation{}, "relu2");
    net.add(same_convolution(width, 1), "conv3").add(BatchNorm{}, "bn3");
    return;
  }
  net.add(same_convolution(width, 3, stride, 1, true), "conv1").add(BatchNorm{}, "bn1");
  net.add(Activation{}, "relu1");
  net.add(same_convolution(width, 3, 1, 1, true), "conv2").add(BatchNorm{}, "bn2");
}

void block(NetworkBuilder& net, const Style& style, std::int64_t width, std::int64_t stride) {
  const auto before = net.here();
  net.enter_numbered(style.bottleneck ? "Bottleneck" : "Residual");
  residual_path(net, style, width, stride);
  if (style.residual) {
    const auto residual = net.here();
    auto shortcut = before;
    if (stride != 1) {
      net.from(before);
      net.add(same_convolution(width, 1, stride, 1, !style.bottleneck), "shortcut");
      if (style.bottleneck) net.add(BatchNorm{}, "shortcut_bn");
      shortcut = net.here();
    }
    net.from(residual);
    add_shortcut(net, shortcut);
  }
  net.add(Activation{}, "relu").leave();
}

Network resnet_thesis(const Request& request) {
  const Style style = style_of(request.name);
  NetworkBuilder net{request.name, {request.input}};
  net.add(same_convolution(64, 7, 2, 1, !style.bottleneck)).add(BatchNorm{}).add(Activation{});
  net.add(MaxPool2d{.kernel = 3, .stride = 2, .padding = 1});
  for (int stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < style.depths[static_cast<std::size_t>(stage)]; ++i) {
      block(net, style, std::int64_t{64} << stage, i == 0 && stage > 0 ? 2 : 1);
    }
  }
  net.add(AdaptiveAvgPool2d{.output = 1}).add(Flatten{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

}  // namespace

std::vector<Recipe> resnet_thesis_recipes() {
  const Shape gray{1, 224, 224};
  return {
      {{"resnet18_thesis", "resnet", "the study's ResNet-18", gray, 10}, resnet_thesis},
      {{"resnet34_thesis", "resnet", "the study's ResNet-34", gray, 10}, resnet_thesis},
      {{"resnet50_thesis", "resnet", "the study's ResNet-50, without expansion", gray, 10},
       resnet_thesis},
      {{"resnet18_plain", "resnet", "resnet18_thesis without its additions", gray, 10},
       resnet_thesis},
      {{"resnet34_plain", "resnet", "resnet34_thesis without its additions", gray, 10},
       resnet_thesis},
  };
}

}  // namespace erg
