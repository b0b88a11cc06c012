// SPDX-License-Identifier: Apache-2.0
// What executing a graph costs over a module written by hand with torch::nn: graph_cost [ROUNDS
// [THREADS [DEVICE]]]. Forward and backward of both, the one and the other and back again; prints
// the medians and the median of the ratios of neighbours, with its quartiles.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "erg/catalogue.h"
#include "graph_module.h"

namespace {

namespace nn = torch::nn;

struct Basic : nn::Module {
  Basic(std::int64_t in, std::int64_t out, std::int64_t stride) {
    const auto conv = [&](const char* name, std::int64_t from, std::int64_t kernel,
                          std::int64_t by) {
      return register_module(
          name,
          nn::Conv2d(
              nn::Conv2dOptions(from, out, kernel).stride(by).padding(kernel / 2).bias(false)));
    };
    a = conv("a", in, 3, stride);
    b = conv("b", out, 3, 1);
    an = register_module("an", nn::BatchNorm2d(out));
    bn = register_module("bn", nn::BatchNorm2d(out));
    if (stride != 1) {
      s = conv("s", in, 1, stride);
      sn = register_module("sn", nn::BatchNorm2d(out));
    }
  }

  torch::Tensor forward(const torch::Tensor& x) {
    const auto y = bn(b(torch::relu(an(a(x)))));
    return torch::relu(y + (s ? sn(s(x)) : x));
  }

  nn::Conv2d a{nullptr}, b{nullptr}, s{nullptr};
  nn::BatchNorm2d an{nullptr}, bn{nullptr}, sn{nullptr};
};

nn::Sequential resnet18() {
  nn::Sequential net{nn::Conv2d(nn::Conv2dOptions(3, 64, 7).stride(2).padding(3).bias(false)),
                     nn::BatchNorm2d(64), nn::ReLU(),
                     nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1))};
  std::int64_t width = 64;
  for (const std::int64_t out : {64, 128, 256, 512}) {
    net->push_back(Basic(width, out, out == 64 ? 1 : 2));
    net->push_back(Basic(out, out, 1));
    width = out;
  }
  net->push_back(nn::AdaptiveAvgPool2d(1));
  net->push_back(nn::Flatten());
  net->push_back(nn::Linear(512, 1000));
  return net;
}

nn::Sequential lenet5() {
  return nn::Sequential{nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(nn::Conv2dOptions(6, 16, 5)),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Linear(400, 120),
                        nn::ReLU(),
                        nn::Linear(120, 84),
                        nn::ReLU(),
                        nn::Linear(84, 10)};
}

using Forward = std::function<torch::Tensor(const torch::Tensor&)>;

double seconds(const Forward& forward, const torch::Tensor& x) {
  if (x.is_cuda()) torch::cuda::synchronize();
  const auto begin = std::chrono::steady_clock::now();
  forward(x).sum().backward();
  if (x.is_cuda()) torch::cuda::synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double quantile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
}

void compare(const char* name, nn::Sequential by_hand, std::int64_t batch, long rounds,
             torch::Device device) {
  const erg::Network network = erg::make_network(name);
  const erg::GraphModule graph{network, device, 1};
  by_hand->to(device);
  std::vector<std::int64_t> dims = network.input_shape().dims;
  dims.insert(dims.begin(), batch);
  const auto x = torch::rand(dims, device);
  const Forward hand = [&](const torch::Tensor& in) { return by_hand->forward(in); };
  const Forward ours = [&](const torch::Tensor& in) { return graph.forward(in, true); };
  for (int i = 0; i < 3; ++i) seconds(hand, x), seconds(ours, x);
  std::vector<double> hands, graphs, ratios;
  for (long i = 0; i < rounds; ++i) {
    const double first = seconds(hand, x);
    const double second = seconds(ours, x);
    const double third = seconds(ours, x);
    const double fourth = seconds(hand, x);
    hands.insert(hands.end(), {first, fourth});
    graphs.insert(graphs.end(), {second, third});
    ratios.push_back((second + third) / (first + fourth));
  }
  std::printf("%-9s batch %3ld  by hand %9.1f us  graph %9.1f us  ratio %.4f (%.4f to %.4f)\n",
              name, static_cast<long>(batch), 1e6 * quantile(hands, 0.5),
              1e6 * quantile(graphs, 0.5), quantile(ratios, 0.5), quantile(ratios, 0.25),
              quantile(ratios, 0.75));
}

}  // namespace

int main(int count, char** words) {
  const long rounds = count > 1 ? std::stol(words[1]) : 50;
  if (count > 2) torch::set_num_threads(std::stoi(words[2]));
  const torch::Device device{count > 3 ? words[3] : "cpu"};
  compare("lenet5", lenet5(), 1, rounds * 20, device);
  compare("lenet5", lenet5(), 128, rounds, device);
  compare("resnet18", resnet18(), device.is_cpu() ? 1 : 128, rounds, device);
}
