// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "erg/bilinear_resize.h"
#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/testing/temp_tree.h"
#include "graph_module.h"

namespace erg {
namespace {

std::vector<char> content_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class EveryNetwork : public ::testing::TestWithParam<std::string> {};

// On PyTorch's meta device, which keeps shapes and no numbers: 138 million weights cost nothing.
TEST_P(EveryNetwork, HasAsManyParametersAsCounted) {
  const Network network = make_network(GetParam());
  const GraphModule module{network, at::kMeta, 1};
  std::int64_t made = 0;
  for (const auto& parameter : module.parameters()) made += parameter.numel();
  EXPECT_EQ(made, network.parameters());
  EXPECT_EQ(made, static_cast<std::int64_t>(count(network).total.parameters));
}

std::vector<std::string> catalogue_names() {
  std::vector<std::string> names;
  for (const auto& entry : catalogue()) names.emplace_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryNetwork, ::testing::ValuesIn(catalogue_names()),
                         [](const auto& named) { return named.param; });

class AgainstPython : public ::testing::TestWithParam<std::string> {};

// reference.py builds the network with torch.nn, writes its weights in the order in which its
// modules run, and what it computes of an image.
TEST_P(AgainstPython, OutputsAgree) {
  if (std::string{ERG_TORCH_PYTHON}.empty()) GTEST_SKIP() << "LibTorch came without its Python";
  const testing::TempTree tree;
  const auto file = tree.path("reference.pt");
  const std::string command =
      std::string{ERG_TORCH_PYTHON} + " " + ERG_REFERENCE + " " + GetParam() + " " + file.string();
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const auto reference = torch::jit::pickle_load(content_of(file)).toGenericDict();
  const auto weights = reference.at("weights").toList();
  const GraphModule module{make_network(GetParam()), at::kCPU, 1};
  const at::NoGradGuard no_gradients;
  ASSERT_EQ(weights.size(), module.tensors().size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& [name, tensor, trainable] = module.tensors()[i];
    const at::Tensor weight = weights.get(i).toTensor();
    ASSERT_EQ(weight.sizes(), tensor.sizes()) << name;
    tensor.detach().copy_(weight);
  }
  const at::Tensor image = reference.at("image").toTensor();
  const at::Tensor wanted = reference.at("output").toTensor();
  const at::Tensor got = module.forward(image, false);
  const double scale = wanted.abs().max().item<double>();
  ASSERT_GT(scale, 1e-3);
  EXPECT_LT((got - wanted).abs().max().item<double>(), 1e-5 * std::max(scale, 1.0));
}

INSTANTIATE_TEST_SUITE_P(Networks, AgainstPython,
                         ::testing::Values("alexnet_thesis", "resnet18_thesis", "resnet18",
                                           "googlenet_thesis", "mobilenet_v2", "vit_thesis",
                                           "lenet5"),
                         [](const auto& named) { return named.param; });

// x -> W x -> W W x: one weight, learned from both places.
TEST(GraphModule, SharedTensorsAreOneTensor) {
  const Network network{"tied",
                        {{"in", Input{{3}}, {}},
                         {"a", Linear{.in_features = 3, .out_features = 3, .bias = false}, {0}},
                         {"b", Linear{.in_features = 3, .out_features = 3, .bias = true}, {1}, 1}},
                        2};
  const GraphModule module{network, at::kCPU, 5};
  ASSERT_EQ(module.tensors().size(), 2U);
  EXPECT_EQ(module.tensors()[0].name, "a.weight");
  EXPECT_EQ(module.tensors()[1].name, "b.bias");
  EXPECT_EQ(network.parameters(), 12);
  const at::Tensor weight = module.tensors()[0].tensor;
  at::manual_seed(1);
  const at::Tensor x = at::rand({4, 3});
  const at::Tensor got = module.forward(x, true);
  const at::Tensor alone = weight.detach().clone().set_requires_grad(true);
  const at::Tensor wanted = at::linear(at::linear(x, alone), alone, module.tensors()[1].tensor);
  EXPECT_LT((got - wanted).abs().max().item<double>(), 1e-6);
  got.sum().backward();
  wanted.sum().backward();
  EXPECT_LT((weight.grad() - alone.grad()).abs().max().item<double>(), 1e-5);
}

// An autoencoder: back by the same matrix, turned.
TEST(GraphModule, ASharedMatrixMayBeTurned) {
  const Network network{"tied",
                        {{"in", Input{{3}}, {}},
                         {"a", Linear{.out_features = 2, .bias = false}, {0}},
                         {"b", Linear{.out_features = 3, .bias = false}, {1}, 1}},
                        2};
  const GraphModule module{network, at::kCPU, 5};
  ASSERT_EQ(module.tensors().size(), 1U);
  const at::Tensor weight = module.tensors()[0].tensor;
  const at::Tensor x = at::linspace(-1, 1, 12).reshape({4, 3});
  const at::Tensor got = module.forward(x, true);
  const at::Tensor alone = weight.detach().clone().set_requires_grad(true);
  const at::Tensor wanted = at::matmul(at::matmul(x, alone.t()), alone);
  EXPECT_LT((got - wanted).abs().max().item<double>(), 1e-6);
  got.sum().backward();
  wanted.sum().backward();
  EXPECT_LT((weight.grad() - alone.grad()).abs().max().item<double>(), 1e-5);
}

TEST(GraphModule, PadsAndResizes) {
  const auto run = [](const Layer& layer) {
    const Network network{"n", {{"in", Input{{1, 2, 3}}, {}}, {"l", layer, {0}}}, 1};
    const at::Tensor x = at::arange(6, at::kFloat).reshape({1, 1, 2, 3});
    const at::Tensor y = GraphModule{network, at::kCPU, 1}.forward(x, false);
    EXPECT_EQ(y.sizes().slice(1), at::IntArrayRef{network.output_shape().dims});
    return y;
  };
  const auto row = [](const at::Tensor& y) {
    const at::Tensor first = y.select(2, 0).flatten();
    return std::vector<float>(first.const_data_ptr<float>(),
                              first.const_data_ptr<float>() + first.numel());
  };
  const auto padded = [&](PadMode mode) { return row(run(Pad2d{0, 0, 2, 1, 9, mode})); };
  EXPECT_EQ(padded(PadMode::constant), (std::vector<float>{9, 9, 0, 1, 2, 9}));
  EXPECT_EQ(padded(PadMode::reflect), (std::vector<float>{2, 1, 0, 1, 2, 1}));
  EXPECT_EQ(padded(PadMode::replicate), (std::vector<float>{0, 0, 0, 1, 2, 2}));
  EXPECT_EQ(padded(PadMode::circular), (std::vector<float>{1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(row(run(Upsample2d{.factor = 1, .size = {3, 6}})),
            (std::vector<float>{0, 0, 1, 1, 2, 2}));
}

TEST(GraphModule, ExecutesEveryFunction) {
  const at::Tensor x = at::linspace(0.1, 2, 8).reshape({2, 4});
  const std::map<Function, at::Tensor> some{
      {Function::mish, x * at::tanh(at::softplus(x))},
      {Function::selu, 1.0507009873554805 * x},
      {Function::sine, at::sin(x)},
      {Function::cosine, at::cos(x)},
      {Function::silu, x * at::sigmoid(x)},
      {Function::negative, -x},
      {Function::power, x * x * x},
  };
  for (int i = 0; i <= static_cast<int>(Function::power); ++i) {
    const auto function = static_cast<Function>(i);
    const GraphModule module{
        Network{"f", {{"in", Input{{4}}, {}}, {"f", Activation{function, 3}, {0}}}, 1}, at::kCPU,
        1};
    const at::Tensor y = module.forward(x, true);
    ASSERT_EQ(y.sizes(), x.sizes()) << i;
    EXPECT_TRUE(at::isfinite(y).all().item<bool>()) << i;
    if (const auto wanted = some.find(function); wanted != some.end()) {
      EXPECT_LT((y - wanted->second).abs().max().item<double>(), 1e-6) << i;
    }
  }
}

TEST(BilinearResize, AgreesWithInterpolate) {
  at::manual_seed(1);  // else other bytes each time
  for (const auto& [from, to] : {std::pair{Shape{1, 28, 28}, Shape{1, 224, 224}},
                                 std::pair{Shape{3, 32, 32}, Shape{3, 224, 224}},
                                 std::pair{Shape{3, 40, 30}, Shape{3, 17, 51}}}) {
    const at::Tensor bytes = at::randint(0, 256, from.dims, at::kByte);
    const at::Tensor wanted =
        at::upsample_bilinear2d(bytes.to(at::kFloat).div(255).unsqueeze(0), {to[1], to[2]}, false);
    at::Tensor got = at::empty(to.dims, at::kFloat);
    std::vector<float> scratch;
    BilinearResize{from, to}.run(
        {bytes.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(bytes.numel())},
        {got.data_ptr<float>(), static_cast<std::size_t>(got.numel())}, scratch);
    EXPECT_LT((got - wanted[0]).abs().max().item<float>(), 1e-6F);
  }
}

}  // namespace
}  // namespace erg
