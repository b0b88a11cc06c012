// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "blocks.h"
#include "families.h"

namespace erg {
namespace {

void convolution(NetworkBuilder& net, std::string_view name, std::int64_t width,
                 std::int64_t kernel, std::int64_t stride = 1) {
  net.enter(name).add(same_convolution(width, kernel, stride), "conv");
  net.add(BatchNorm{.epsilon = 0.001}, "bn").add(Activation{}, "relu").leave();
}

// torchvision's third branch has a 3x3 kernel where the paper has 5x5.
void inception(NetworkBuilder& net, std::string_view name, std::int64_t one,
               std::int64_t three_before, std::int64_t three, std::int64_t five_before,
               std::int64_t five, std::int64_t pool) {
  const auto before = net.here();
  net.enter(name);
  convolution(net, "branch1", one, 1);
  const auto branch1 = net.here();
  net.from(before);
  convolution(net, "branch2.0", three_before, 1);
  convolution(net, "branch2.1", three, 3);
  const auto branch2 = net.here();
  net.from(before);
  convolution(net, "branch3.0", five_before, 1);
  convolution(net, "branch3.1", five, 3);
  const auto branch3 = net.here();
  net.from(before).add(MaxPool2d{.kernel = 3, .stride = 1, .padding = 1, .ceil_mode = true},
                       "branch4.0");
  convolution(net, "branch4.1", pool, 1);
  net.join(Concat{}, {branch1, branch2, branch3, net.here()}, "concat").leave();
}

Network googlenet(const Request& request) {
  const MaxPool2d pool{.kernel = 3, .stride = 2, .ceil_mode = true};
  NetworkBuilder net{request.name, {request.input}};
  convolution(net, "conv1", 64, 7, 2);
  net.add(pool, "maxpool1");
  convolution(net, "conv2", 64, 1);
  convolution(net, "conv3", 192, 3);
  net.add(pool, "maxpool2");
  inception(net, "inception3a", 64, 96, 128, 16, 32, 32);
  inception(net, "inception3b", 128, 128, 192, 32, 96, 64);
  net.add(pool, "maxpool3");
  inception(net, "inception4a", 192, 96, 208, 16, 48, 64);
  inception(net, "inception4b", 160, 112, 224, 24, 64, 64);
  inception(net, "inception4c", 128, 128, 256, 24, 64, 64);
  inception(net, "inception4d", 112, 144, 288, 32, 64, 64);
  inception(net, "inception4e", 256, 160, 320, 32, 128, 128);
  net.add(MaxPool2d{.kernel = 2, .ceil_mode = true}, "maxpool4");
  inception(net, "inception5a", 256, 160, 320, 32, 128, 128);
  inception(net, "inception5b", 384, 192, 384, 48, 128, 128);
  global_average(net);
  net.add(Dropout{.p = 0.2}, "dropout").add(Linear{.out_features = request.classes}, "fc");
  return net.build();
}

}  // namespace

std::vector<Recipe> googlenet_recipes() {
  return {{{"googlenet",
            "googlenet",
            "torchvision's GoogLeNet without auxiliary heads",
            {3, 224, 224},
            1000},
           googlenet}};
}

}  // namespace erg
