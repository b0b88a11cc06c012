// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

// What tells torchvision's ResNets apart.
struct Plan {
  std::array<int, 4> depths;
  bool bottleneck = true;
  std::int64_t groups = 1;
  std::int64_t base_width = 64;  // of the middle convolution, a group, in the first stage
};

Plan plan_of(const std::string& name) {
  if (name == "resnet18") return {{2, 2, 2, 2}, false};
  if (name == "resnet34") return {{3, 4, 6, 3}, false};
  if (name == "resnet101") return {{3, 4, 23, 3}};
  if (name == "resnet152") return {{3, 8, 36, 3}};
  if (name == "resnext50_32x4d") return {{3, 4, 6, 3}, true, 32, 4};
  if (name == "wide_resnet50_2") return {{3, 4, 6, 3}, true, 1, 128};
  return {{3, 4, 6, 3}};
}

// One residual block of output width `out`, ending with the sum's ReLU.
void block(NetworkBuilder& net, const Plan& plan, std::int64_t width, std::int64_t out,
           std::int64_t stride, bool projected) {
  const auto before = net.here();
  auto shortcut = before;
  if (plan.bottleneck) {
    const auto middle = width * plan.base_width / 64 * plan.groups;
    net.add(same_convolution(middle, 1), "conv1")
        .add(BatchNorm{}, "bn1")
        .add(Activation{}, "relu1");
    net.add(same_convolution(middle, 3, stride, plan.groups), "conv2").add(BatchNorm{}, "bn2");
    net.add(Activation{}, "relu2");
    net.add(same_convolution(out, 1), "conv3").add(BatchNorm{}, "bn3");
  } else {
    net.add(same_convolution(out, 3, stride), "conv1").add(BatchNorm{}, "bn1");
    net.add(Activation{}, "relu1");
    net.add(same_convolution(out, 3), "conv2").add(BatchNorm{}, "bn2");
  }
  const auto residual = net.here();
  if (projected) {
    net.from(before).add(same_convolution(out, 1, stride), "downsample.0");
    shortcut = net.add(BatchNorm{}, "downsample.1").here();
  }
  net.from(residual);
  add_shortcut(net, shortcut);
  net.add(Activation{}, "relu");
}

Network resnet(const Request& request) {
  const Plan plan = plan_of(request.name);
  const std::int64_t expansion = plan.bottleneck ? 4 : 1;
  NetworkBuilder net{request.name, {request.input}};
  net.add(same_convolution(64, 7, 2), "conv1").add(BatchNorm{}, "bn1").add(Activation{}, "relu");
  net.add(MaxPool2d{.kernel = 3, .stride = 2, .padding = 1}, "maxpool");
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t width = std::int64_t{64} << stage;
    net.enter("layer" + std::to_string(stage + 1));
    for (int i = 0; i < plan.depths[static_cast<std::size_t>(stage)]; ++i) {
      const bool first = i == 0;
      net.enter(std::to_string(i));
      block(net, plan, width, width * expansion, first && stage > 0 ? 2 : 1,
            first && (stage > 0 || plan.bottleneck));
      net.leave();
    }
    net.leave();
  }
  global_average(net);
  net.add(Linear{.out_features = request.classes}, "fc");
  return net.build(Initialization::kaiming_normal);
}

}  // namespace

std::vector<Recipe> resnet_recipes() {
  const Shape colour{3, 224, 224};
  return {
      {{"resnet18", "resnet", "torchvision's ResNet-18", colour, 1000}, resnet},
      {{"resnet34", "resnet", "torchvision's ResNet-34", colour, 1000}, resnet},
      {{"resnet50", "resnet", "torchvision's ResNet-50", colour, 1000}, resnet},
      {{"resnet101", "resnet", "torchvision's ResNet-101", colour, 1000}, resnet},
      {{"resnet152", "resnet", "torchvision's ResNet-152", colour, 1000}, resnet},
      {{"resnext50_32x4d", "resnet", "torchvision's ResNeXt-50, 32 groups of 4", colour, 1000},
       resnet},
      {{"wide_resnet50_2", "resnet", "torchvision's ResNet-50, twice as wide", colour, 1000},
       resnet},
  };
}

}  // namespace erg
