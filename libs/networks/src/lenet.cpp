// SPDX-License-Identifier: Apache-2.0
#include "erg/network_builder.h"
#include "families.h"

namespace erg {
namespace {

// For 28x28, padded by 2 as LeCun's digits were; any larger image widens the first linear layer.
Network lenet5(const Request& request) {
  NetworkBuilder net{request.name, {request.input}};
  net.add(Conv2d{.out_channels = 6, .kernel = 5, .padding = 2}).add(Activation{});
  net.add(MaxPool2d{.kernel = 2});
  net.add(Conv2d{.out_channels = 16, .kernel = 5}).add(Activation{}).add(MaxPool2d{.kernel = 2});
  net.add(Flatten{});
  net.add(Linear{.out_features = 120}).add(Activation{});
  net.add(Linear{.out_features = 84}).add(Activation{});
  net.add(Linear{.out_features = request.classes});
  return net.build(Initialization::xavier_uniform);
}

}  // namespace

std::vector<Recipe> lenet_recipes() {
  return {{{"lenet5", "lenet", "LeNet-5 with ReLU and max pooling", {1, 28, 28}, 10}, lenet5}};
}

}  // namespace erg
