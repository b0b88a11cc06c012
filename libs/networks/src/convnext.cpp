// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

constexpr LayerNorm kNorm{.epsilon = 1e-6};

// torchvision's LayerNorm2d: over the channels of each pixel.
void norm_over_channels(NetworkBuilder& net, const std::string& name) {
  net.add(Permute{{1, 2, 0}}, name + ".to_last").add(kNorm, name);
  net.add(Permute{{2, 0, 1}}, name + ".to_first");
}

void block(NetworkBuilder& net, std::int64_t width, double drop) {
  const auto before = net.here();
  net.enter("block");
  net.add(same_convolution(width, 7, 1, width, true), "0").add(Permute{{1, 2, 0}}, "1");
  net.add(kNorm, "2").add(Linear{.out_features = 4 * width}, "3");
  net.add(Activation{Function::gelu}, "4").add(Linear{.out_features = width}, "5");
  net.add(Permute{{2, 0, 1}}, "6").leave();
  net.add(Scale{{width, 1, 1}, 1e-6}, "layer_scale");
  net.add(StochasticDepth{drop}, "stochastic_depth");
  add_shortcut(net, before);
}

Network convnext_tiny(const Request& request) {
  constexpr std::array kDepths{3, 3, 9, 3};
  constexpr int kBlocks = 18;
  constexpr double kDrop = 0.1;  // of the last block; growing with depth
  NetworkBuilder net{request.name, {request.input}};
  int done = 0;
  net.enter("features");
  net.add(Conv2d{.out_channels = 96, .kernel = 4, .stride = 4}, "0.0");
  norm_over_channels(net, "0.1");
  for (std::size_t i = 0; i < kDepths.size(); ++i) {
    const std::int64_t width = std::int64_t{96} << i;
    if (i > 0) {
      const std::string place = std::to_string(2 * i);
      norm_over_channels(net, place + ".0");
      net.add(Conv2d{.out_channels = width, .kernel = 2, .stride = 2}, place + ".1");
    }
    for (int j = 0; j < kDepths[i]; ++j) {
      net.enter(std::to_string(2 * i + 1) + "." + std::to_string(j));
      block(net, width, kDrop * done++ / (kBlocks - 1));
      net.leave();
    }
  }
  net.leave();
  net.add(AdaptiveAvgPool2d{.output = 1}, "avgpool");
  norm_over_channels(net, "classifier.0");
  net.add(Flatten{}, "classifier.1").add(Linear{.out_features = request.classes}, "classifier.2");
  return net.build(Initialization::normal_02);
}

}  // namespace

std::vector<Recipe> convnext_recipes() {
  return {{{"convnext_tiny", "convnext", "torchvision's ConvNeXt-T", {3, 224, 224}, 1000},
           convnext_tiny}};
}

}  // namespace erg
