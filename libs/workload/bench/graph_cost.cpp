// SPDX-License-Identifier: Apache-2.0
// What executing a graph costs over a module written by hand with torch::nn: graph_cost [SITTINGS
// [THREADS [DEVICE]]]. A sitting makes both modules anew, in turns the one and the other first,
// somewhere else in memory, and runs forward and backward of the one, the other and back again.
// Where tensors come to lie makes one sitting differ from the next by more than its own rounds do:
// printed are medians over sittings, and of the ratio an interval that holds its median at 95 %.
// One thread on the CPU is timed by its own CPU time, which other processes do not lengthen.
#include <sched.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <random>
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
    // In the order of the catalogue's layers, whose weights they get.
    a = conv("a", in, 3, stride);
    an = register_module("an", nn::BatchNorm2d(out));
    b = conv("b", out, 3, 1);
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
using Make = nn::Sequential (*)();

struct Setting {
  long sittings = 16;
  int threads = 1;
  torch::Device device = torch::kCPU;
};

double now(const Setting& setting) {
  if (setting.device.is_cpu() && setting.threads == 1) {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  if (setting.device.is_cuda()) torch::cuda::synchronize();
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

double seconds(const Forward& forward, const torch::Tensor& x, const Setting& setting) {
  const double begin = now(setting);
  forward(x).sum().backward();
  return now(setting) - begin;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// As many of the least and of the largest values as leave an interval that holds the median at 95
// %, whatever their distribution: P(fewer than k of n coins fall heads) <= 2.5 %.
std::size_t outside_interval(std::size_t n) {
  double term = 1;
  for (std::size_t i = 0; i < n; ++i) term /= 2;
  double below = 0;
  for (std::size_t k = 0; k < n; ++k) {
    below += term;
    if (below > 0.025) return k;
    term *= static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  return 0;
}

// The same numbers in both: how long a pooling takes depends on them.
void copy_weights(const erg::GraphModule& graph, nn::Sequential& by_hand) {
  const torch::NoGradGuard no_gradients;
  const auto from = graph.parameters();
  const auto to = by_hand->parameters();
  TORCH_CHECK(from.size() == to.size(), "the two networks differ");
  for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
}

struct Sitting {
  double by_hand;
  double graph;
  double ratio;
};

Sitting sit(const erg::Network& network, Make make, std::int64_t batch, unsigned number,
            const Setting& setting) {
  constexpr double kSeconds = 1;
  std::mt19937 random{number};
  const auto elsewhere = torch::empty({static_cast<std::int64_t>(random() % 1'000'000)});
  std::optional<erg::GraphModule> graph;
  if (number % 2) graph.emplace(network, setting.device, number);
  const torch::Tensor more = torch::empty({static_cast<std::int64_t>(random() % 100'000)});
  nn::Sequential by_hand = make();
  by_hand->to(setting.device);
  if (!graph) graph.emplace(network, setting.device, number);
  copy_weights(*graph, by_hand);
  std::vector<std::int64_t> dims = network.input_shape().dims;
  dims.insert(dims.begin(), batch);
  const auto x = torch::rand(dims, setting.device);
  const Forward hand = [&](const torch::Tensor& in) { return by_hand->forward(in); };
  const Forward ours = [&](const torch::Tensor& in) { return graph->forward(in, true); };
  const Forward& first = number % 4 < 2 ? hand : ours;
  const Forward& second = number % 4 < 2 ? ours : hand;
  for (int i = 0; i < 2; ++i) seconds(first, x, setting), seconds(second, x, setting);
  std::vector<double> firsts, seconds_, ratios;
  double spent = 0;
  while (spent < kSeconds || ratios.size() < 3) {
    const double a = seconds(first, x, setting);
    const double b = seconds(second, x, setting) + seconds(second, x, setting);
    const double c = seconds(first, x, setting);
    spent += a + b + c;
    firsts.push_back((a + c) / 2);
    seconds_.push_back(b / 2);
    ratios.push_back(b / (a + c));
  }
  const double ratio = median(ratios);
  if (number % 4 < 2) return {median(firsts), median(seconds_), ratio};
  return {median(seconds_), median(firsts), 1 / ratio};
}

void compare(const char* name, Make make, std::int64_t batch, const Setting& setting) {
  const erg::Network network = erg::make_network(name);
  std::vector<double> hands, graphs, ratios;
  for (long i = 0; i < setting.sittings; ++i) {
    const Sitting sitting = sit(network, make, batch, static_cast<unsigned>(i), setting);
    hands.push_back(sitting.by_hand);
    graphs.push_back(sitting.graph);
    ratios.push_back(sitting.ratio);
  }
  std::ranges::sort(ratios);
  const auto outside = outside_interval(ratios.size());
  std::printf("%-9s batch %3ld  by hand %9.1f us  graph %9.1f us  ratio %.4f (%.4f to %.4f)\n",
              name, static_cast<long>(batch), 1e6 * median(hands), 1e6 * median(graphs),
              median(ratios), ratios[outside > 0 ? outside - 1 : 0],
              ratios[ratios.size() - std::max<std::size_t>(outside, 1)]);
  std::fflush(stdout);
}

// On the processor where it is: moving costs caches.
void stay_here() {
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(static_cast<std::size_t>(std::max(0, sched_getcpu())), &here);
  sched_setaffinity(0, sizeof here, &here);
}

}  // namespace

int main(int count, char** words) {
  Setting setting;
  if (count > 1) setting.sittings = std::max(1L, std::stol(words[1]));
  if (count > 2) setting.threads = std::stoi(words[2]);
  if (count > 3) setting.device = torch::Device{words[3]};
  torch::set_num_threads(setting.threads);
  if (setting.threads == 1) stay_here();
  compare("lenet5", lenet5, 1, setting);
  compare("lenet5", lenet5, 128, setting);
  compare("resnet18", resnet18, setting.device.is_cpu() ? 1 : 128, setting);
}
