// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <vector>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

constexpr std::int64_t kGrowth = 32;

// Each layer sees everything made before it in its block.
void dense_block(NetworkBuilder& net, int layers) {
  std::vector<NetworkBuilder::Id> made{net.here()};
  for (int i = 1; i <= layers; ++i) {
    net.enter("denselayer" + std::to_string(i));
    if (made.size() > 1) net.join(Concat{}, made, "concat");
    net.add(BatchNorm{}, "norm1").add(Activation{}, "relu1");
    net.add(same_convolution(4 * kGrowth, 1), "conv1");
    net.add(BatchNorm{}, "norm2").add(Activation{}, "relu2");
    net.add(same_convolution(kGrowth, 3), "conv2").leave();
    made.push_back(net.here());
  }
  net.join(Concat{}, made, "concat");
}

Network densenet121(const Request& request) {
  constexpr std::array kBlocks{6, 12, 24, 16};
  NetworkBuilder net{request.name, {request.input}};
  std::int64_t width = 64;
  net.enter("features");
  net.add(same_convolution(width, 7, 2), "conv0").add(BatchNorm{}, "norm0");
  net.add(Activation{}, "relu0").add(MaxPool2d{.kernel = 3, .stride = 2, .padding = 1}, "pool0");
  for (std::size_t i = 0; i < kBlocks.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    net.enter("denseblock" + number);
    dense_block(net, kBlocks[i]);
    net.leave();
    width += kGrowth * kBlocks[i];
    if (i + 1 == kBlocks.size()) break;
    width /= 2;
    net.enter("transition" + number).add(BatchNorm{}, "norm").add(Activation{}, "relu");
    net.add(same_convolution(width, 1), "conv").add(AvgPool2d{.kernel = 2}, "pool").leave();
  }
  net.add(BatchNorm{}, "norm5").leave();
  net.add(Activation{}, "relu");
  global_average(net);
  net.add(Linear{.out_features = request.classes}, "classifier");
  return net.build();
}

}  // namespace

std::vector<Recipe> densenet_recipes() {
  return {{{"densenet121", "densenet", "torchvision's DenseNet-121", {3, 224, 224}, 1000},
           densenet121}};
}

}  // namespace erg
