// SPDX-License-Identifier: Apache-2.0
#include "erg/network_builder.h"
#include "families.h"

namespace erg {
namespace {

const MaxPool2d kPool{.kernel = 3, .stride = 2};

void three_small_convolutions(NetworkBuilder& net, std::int64_t middle) {
  for (const std::int64_t width : {std::int64_t{384}, middle, std::int64_t{256}}) {
    net.add(Conv2d{.out_channels = width, .kernel = 3, .padding = 1}).add(Activation{});
  }
  net.add(kPool);
}

Network alexnet_thesis(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  net.add(Conv2d{.out_channels = 64, .kernel = 11, .stride = 4, .padding = 2}).add(Activation{});
  net.add(kPool);
  net.add(Conv2d{.out_channels = 192, .kernel = 5, .padding = 2}).add(Activation{}).add(kPool);
  three_small_convolutions(net, 256);
  net.add(AdaptiveAvgPool2d{.output = 6}).add(Flatten{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

Network alexnet_d2l(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  net.add(Conv2d{.out_channels = 96, .kernel = 11, .stride = 4, .padding = 1}).add(Activation{});
  net.add(kPool);
  net.add(Conv2d{.out_channels = 256, .kernel = 5, .padding = 2}).add(Activation{}).add(kPool);
  three_small_convolutions(net, 384);
  net.add(Flatten{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = 4096}).add(Activation{}).add(Dropout{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

Network alexnet(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  net.enter("features");
  net.add(Conv2d{.out_channels = 64, .kernel = 11, .stride = 4, .padding = 2}, "0");
  net.add(Activation{}, "1").add(kPool, "2");
  net.add(Conv2d{.out_channels = 192, .kernel = 5, .padding = 2}, "3");
  net.add(Activation{}, "4").add(kPool, "5");
  net.add(Conv2d{.out_channels = 384, .kernel = 3, .padding = 1}, "6").add(Activation{}, "7");
  net.add(Conv2d{.out_channels = 256, .kernel = 3, .padding = 1}, "8").add(Activation{}, "9");
  net.add(Conv2d{.out_channels = 256, .kernel = 3, .padding = 1}, "10").add(Activation{}, "11");
  net.add(kPool, "12").leave();
  net.add(AdaptiveAvgPool2d{.output = 6}, "avgpool").add(Flatten{}, "flatten");
  net.enter("classifier").add(Dropout{}, "0");
  net.add(Linear{.out_features = 4096}, "1").add(Activation{}, "2").add(Dropout{}, "3");
  net.add(Linear{.out_features = 4096}, "4").add(Activation{}, "5");
  net.add(Linear{.out_features = request.classes}, "6").leave();
  return net.build();
}

}  // namespace

std::vector<Recipe> alexnet_recipes() {
  return {
      {{"alexnet_thesis", "alexnet", "the study's AlexNet", {1, 224, 224}, 10}, alexnet_thesis},
      {{"alexnet_d2l", "alexnet", "AlexNet as in Dive into Deep Learning", {1, 224, 224}, 10},
       alexnet_d2l},
      {{"alexnet", "alexnet", "torchvision's AlexNet", {3, 224, 224}, 1000}, alexnet},
  };
}

}  // namespace erg
