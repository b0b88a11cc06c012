// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

struct Stage {
  std::int64_t expansion, kernel, stride, width, count;
};

constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 16, 1},
                                        {6, 3, 2, 24, 2},
                                        {6, 5, 2, 40, 2},
                                        {6, 3, 2, 80, 3},
                                        {6, 5, 1, 112, 3},
                                        {6, 5, 2, 192, 4},
                                        {6, 3, 1, 320, 1}}};

void inverted_residual(NetworkBuilder& net, std::int64_t in, const Stage& stage,
                       std::int64_t stride, double drop) {
  const auto before = net.here();
  const auto hidden = in * stage.expansion;
  int position = 0;
  const auto next = [&] { return std::to_string(position++); };
  net.enter("block");
  if (stage.expansion != 1) {
    normed_convolution(net, next(), same_convolution(hidden, 1), {}, Function::silu);
  }
  normed_convolution(net, next(), same_convolution(hidden, stage.kernel, stride, hidden), {},
                     Function::silu);
  squeeze_excitation(net, next(), hidden, in / 4, Function::silu, Function::sigmoid);
  normed_convolution(net, next(), same_convolution(stage.width, 1), {}, std::nullopt);
  net.leave();
  if (stride == 1 && in == stage.width) {
    net.add(StochasticDepth{drop}, "stochastic_depth");
    add_shortcut(net, before);
  }
}

Network efficientnet_b0(const Request& request) {
  constexpr double kDrop = 0.2;  // of the last block; growing with depth
  constexpr int kBlocks = 16;
  NetworkBuilder net{request.name, {request.input}};
  std::int64_t width = 32;
  int done = 0;
  net.enter("features");
  normed_convolution(net, "0", same_convolution(width, 3, 2), {}, Function::silu);
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    const Stage& stage = kStages[i];
    net.enter(std::to_string(i + 1));
    for (int j = 0; j < stage.count; ++j) {
      net.enter(std::to_string(j));
      inverted_residual(net, width, stage, j == 0 ? stage.stride : 1, kDrop * done++ / kBlocks);
      net.leave();
      width = stage.width;
    }
    net.leave();
  }
  normed_convolution(net, "8", same_convolution(1280, 1), {}, Function::silu);
  net.leave();
  global_average(net);
  net.add(Dropout{.p = 0.2}, "classifier.0");
  net.add(Linear{.out_features = request.classes}, "classifier.1");
  return net.build(Initialization::kaiming_normal);
}

}  // namespace

std::vector<Recipe> efficientnet_recipes() {
  return {
      {{"efficientnet_b0", "efficientnet", "torchvision's EfficientNet-B0", {3, 224, 224}, 1000},
       efficientnet_b0}};
}

}  // namespace erg
