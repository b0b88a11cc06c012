// SPDX-License-Identifier: Apache-2.0
#include "microbench_networks.h"

#include "erg/network_builder.h"

namespace erg {
namespace {

constexpr std::int64_t kClasses = 10;

struct Size {
  std::int64_t channels;
  std::int64_t extent;
  int depth;
  std::int64_t batch;
};

Network finished(NetworkBuilder& net) {
  net.add(AdaptiveAvgPool2d{}).add(Flatten{}).add(Linear{.out_features = kClasses});
  return net.build();
}

NetworkBuilder stem(const std::string& kind, const Size& size) {
  NetworkBuilder net{kind + "_" + std::to_string(size.channels) + "x" +
                         std::to_string(size.extent) + "_b" + std::to_string(size.batch),
                     Input{{3, size.extent, size.extent}}};
  net.add(Conv2d{.out_channels = size.channels, .kernel = 1});
  return net;
}

template <class AddLayer>
Microbench chain(const std::string& kind, const Size& size, AddLayer add) {
  NetworkBuilder net = stem(kind, size);
  for (int i = 0; i < size.depth; ++i) add(net, size);
  return {kind, finished(net), size.batch};
}

Microbench linear(const Size& size) {
  NetworkBuilder net{"linear_" + std::to_string(size.channels) + "_b" + std::to_string(size.batch),
                     Input{{3, size.extent, size.extent}}};
  net.add(Flatten{});
  for (int i = 0; i < size.depth; ++i) {
    net.add(Linear{.out_features = size.channels}).add(Activation{});
  }
  net.add(Linear{.out_features = kClasses});
  return {"linear", net.build(), size.batch};
}

// Few channels of a large image, as networks begin.
Microbench image(std::int64_t channels, std::int64_t extent, std::int64_t kernel,
                 std::int64_t stride, std::int64_t batch) {
  NetworkBuilder net{"image" + std::to_string(kernel) + "_" + std::to_string(channels) + "x" +
                         std::to_string(extent) + "_b" + std::to_string(batch),
                     Input{{3, extent, extent}}};
  net.add(
      Conv2d{.out_channels = channels, .kernel = kernel, .stride = stride, .padding = kernel / 2});
  net.add(Activation{}).add(MaxPool2d{.kernel = 3, .stride = 2, .padding = 1});
  return {"image", finished(net), batch};
}

// Blocks of a transformer over patches of 16x16.
Microbench attention(const Size& size) {
  NetworkBuilder net{"attention_" + std::to_string(size.channels) + "x" +
                         std::to_string(size.extent) + "_b" + std::to_string(size.batch),
                     Input{{3, size.extent, size.extent}}};
  net.add(PatchEmbedding{.dim = size.channels, .patch = 16});
  for (int i = 0; i < size.depth; ++i) {
    net.add(LayerNorm{}).add(MultiHeadAttention{.heads = size.channels / 64});
    net.add(LayerNorm{}).add(Linear{.out_features = 4 * size.channels});
    net.add(Activation{Function::gelu}).add(Linear{.out_features = size.channels});
  }
  net.add(Select{.axis = 0, .index = 0}).add(Linear{.out_features = kClasses});
  return {"attention", net.build(), size.batch};
}

void conv3(NetworkBuilder& net, const Size& size) {
  net.add(Conv2d{.out_channels = size.channels, .kernel = 3, .padding = 1}).add(Activation{});
}
void conv5(NetworkBuilder& net, const Size& size) {
  net.add(Conv2d{.out_channels = size.channels, .kernel = 5, .padding = 2}).add(Activation{});
}
void conv1(NetworkBuilder& net, const Size& size) {
  net.add(Conv2d{.out_channels = size.channels, .kernel = 1}).add(Activation{});
}
void depthwise(NetworkBuilder& net, const Size& size) {
  net.add(Conv2d{.out_channels = size.channels, .kernel = 3, .padding = 1, .groups = size.channels})
      .add(Conv2d{.out_channels = size.channels, .kernel = 1});
}
void norm(NetworkBuilder& net, const Size& size) {
  net.add(Conv2d{.out_channels = size.channels, .kernel = 1}).add(BatchNorm{}).add(Activation{});
}
void pool(NetworkBuilder& net, const Size&) {
  net.add(Activation{}).add(MaxPool2d{.kernel = 3, .stride = 1, .padding = 1});
}

}  // namespace

std::vector<Microbench> microbenchmarks(bool large) {
  std::vector<Microbench> all;
  const std::int64_t batch = large ? 128 : 8;
  const std::int64_t few = large ? 32 : 2;
  const std::int64_t wide = large ? 4 : 1;  // channels go up with the machine
  const std::int64_t extent = large ? 56 : 28;
  for (const Size size :
       {Size{16 * wide, extent, 4, batch}, Size{32 * wide, extent / 2, 6, batch},
        Size{64 * wide, extent / 4, 6, batch}, Size{128 * wide, extent / 8, 4, batch},
        Size{32 * wide, extent, 3, few}}) {
    all.push_back(chain("conv3", size, conv3));
    all.push_back(chain("conv1", size, conv1));
    all.push_back(chain("depthwise", size, depthwise));
    all.push_back(chain("norm", size, norm));
  }
  for (const Size size : {Size{8 * wide, 2 * extent, 4, batch}, Size{16 * wide, extent, 8, few}}) {
    all.push_back(chain("pool", size, pool));
    all.push_back(chain("conv5", size, conv5));
  }
  for (const Size size :
       {Size{8 * wide, extent / 2, 8, batch}, Size{4 * wide, extent / 4, 8, batch}}) {
    all.push_back(chain("narrow", size, conv3));
  }
  all.push_back(image(16 * wide, 4 * extent, 7, 2, batch));
  all.push_back(image(24 * wide, 4 * extent, 11, 4, batch));
  all.push_back(attention({128 * wide, 4 * extent, 2, few}));
  all.push_back(attention({64 * wide, 2 * extent, 4, batch}));
  for (const Size size : {Size{512 * wide, 16, 3, batch}, Size{1024 * wide, 16, 2, batch},
                          Size{256 * wide, 16, 6, few}, Size{1024 * wide, 8, 3, few}}) {
    all.push_back(linear(size));
  }
  for (const Size size : {Size{4, 8, 40, few}, Size{8, 8, 80, few}, Size{8, 14, 40, batch}}) {
    all.push_back(chain("launch", size, norm));
  }
  return all;
}

}  // namespace erg
