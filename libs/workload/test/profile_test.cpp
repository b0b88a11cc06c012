// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "backward_pass.h"
#include "captured_layer.h"
#include "erg/catalogue.h"
#include "erg/device_load.h"
#include "erg/trainer.h"

namespace erg {
namespace {

using ::testing::Each;
using ::testing::Gt;

StepDesign step_with(const std::string& layer, Pass pass, std::int32_t repetitions) {
  StepDesign design{"step", true, true, true, layer, pass, repetitions, ""};
  if (!layer.empty()) design.name += " with " + layer + " " + std::string{to_string(pass)};
  return design;
}

StepDesign again() {
  StepDesign design{
      "step with to_device + optimizer again", true, true, true, "", Pass::none, 3, ""};
  design.copy_again = design.optimizer_again = true;
  return design;
}

// One block of each kind of design there is.
std::vector<PlannedBlock> every_design(const std::string& layer, const std::string& other) {
  const Seconds brief{0.01};
  return {{{"forward", false, false, false, "", Pass::none, 0, ""}, brief},
          {{"forward+backward", true, false, false, "", Pass::none, 0, ""}, brief},
          {{"forward+backward+optimizer", true, true, false, "", Pass::none, 0, ""}, brief},
          {step_with("", Pass::none, 0), brief},
          {again(), brief},
          {step_with(layer, Pass::forward, 3), brief},
          {step_with(layer, Pass::backward, 3), brief},
          {step_with(layer + " + " + other, Pass::backward, 2), brief},
          {{"forward to " + other, false, false, false, "", Pass::none, 0, other}, brief}};
}

struct Profiled {
  StepTimes times;
  std::vector<Block> blocks;
};

Profiled profile(Trainer& trainer, const std::vector<PlannedBlock>& plan, SpanLog* log = nullptr) {
  Profiled result;
  std::deque<PlannedBlock> left{plan.begin(), plan.end()};
  StepProfile how;
  how.layers = true;
  how.warm_up = Seconds{0};
  how.device = "cpu-0";
  how.timed = [&](const StepTimes& times) { result.times = times; };
  how.next = [&]() -> std::optional<PlannedBlock> {
    if (left.empty()) return std::nullopt;
    PlannedBlock block = left.front();
    left.pop_front();
    return block;
  };
  how.done = [&](const Block& block) { result.blocks.push_back(block); };
  trainer.profile(how, log);
  return result;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string saved(const Trainer& trainer, const std::string& name) {
  const auto path = std::filesystem::path{::testing::TempDir()} / name;
  trainer.save(path);
  auto bytes = bytes_of(path);
  std::filesystem::remove(path);
  return bytes;
}

struct Case {
  const char* network;
  const char* layer;
  const char* other;
  OptimizerKind optimizer;
  Precision precision = Precision::fp32;
  const char* device = "cpu";
};

class ProfileState : public ::testing::TestWithParam<Case> {};

TEST_P(ProfileState, IsBitForBitWhatItWasBefore) {
  const Case& with = GetParam();
  if (with.device == std::string{"cuda"} && cuda_devices().empty()) {
    GTEST_SKIP() << "no GPU can be used here";
  }
  const DataSet data = load_data_set("synthetic:3x32x32:10:64");
  TrainingOptions options;
  options.batch = 8;
  options.max_steps = 3;
  options.evaluate = false;
  options.optimizer.kind = with.optimizer;
  options.optimizer.momentum = 0.9;
  options.optimizer.weight_decay = 0.01;
  options.precision = with.precision;
  options.device = with.device;
  options.threads = 1;
  NetworkOptions wanted;
  wanted.classes = 10;
  wanted.channels = 3;
  wanted.input = Shape{3, 32, 32};
  Trainer trainer{make_network(with.network, wanted), data, options};
  trainer.train(nullptr);
  const std::string before = saved(trainer, "before.pt");
  const auto result = profile(trainer, every_design(with.layer, with.other));
  EXPECT_EQ(result.blocks.size(), 9U);
  EXPECT_TRUE(before == saved(trainer, "before.pt"));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ProfileState,
    ::testing::Values(Case{"resnet18", "bn1", "conv1", OptimizerKind::sgd},
                      Case{"mobilenet_v2", "features.0.1", "features.0.2", OptimizerKind::adamw},
                      Case{"lenet5", "Conv2d_0", "ReLU_1", OptimizerKind::adam, Precision::bf16},
                      Case{"resnet18", "conv1", "bn1", OptimizerKind::sgd, Precision::tf32, "cuda"},
                      Case{"mobilenet_v2", "features.0.0", "features.0.2", OptimizerKind::adamw,
                           Precision::fp16, "cuda"}),
    [](const auto& each) { return each.param.network + std::string{"_"} + each.param.device; });

TEST(Profile, TellsTimesAndBlocksAsTheyWerePlanned) {
  const DataSet data = load_data_set("synthetic:1x28x28:10:64");
  TrainingOptions options;
  options.batch = 8;
  options.threads = 1;
  Trainer trainer{make_network("lenet5"), data, options};
  SpanLog log{HostClock{}};
  const auto plan = every_design("Conv2d_0", "ReLU_1");
  const auto [times, blocks] = profile(trainer, plan, &log);
  EXPECT_GT(times.device, Seconds{0});
  ASSERT_EQ(times.layers.size(), 11U);  // the flatten launches nothing
  EXPECT_EQ(times.layers[0].name, "Conv2d_0");
  EXPECT_EQ(times.layers[0].kind, "Conv2d");
  for (const auto& layer : times.layers) {
    EXPECT_GT(layer.forward, Seconds{0}) << layer.name;
    EXPECT_GT(layer.backward, Seconds{0}) << layer.name;
  }
  ASSERT_EQ(blocks.size(), plan.size());
  const SpanTable spans = log.table();
  ASSERT_EQ(spans.size(), plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    EXPECT_EQ(blocks[i].design, plan[i].design.name);
    EXPECT_EQ(blocks[i].repetitions, plan[i].design.repetitions);
    EXPECT_EQ(blocks[i].device, "cpu-0");
    EXPECT_GT(blocks[i].steps, 0);
    EXPECT_GE(Seconds{blocks[i].interval.length()}, plan[i].duration);
    EXPECT_EQ(spans[static_cast<SpanIndex>(i)].kind, SpanKind::block);
    EXPECT_EQ(spans.interval(static_cast<SpanIndex>(i)), blocks[i].interval);
  }
}

TEST(Profile, ARepetitionTakesItsTime) {
  const DataSet data = load_data_set("synthetic:1x28x28:10:64");
  TrainingOptions options;
  options.batch = 32;
  options.threads = 1;
  Trainer trainer{make_network("lenet5"), data, options};
  const Seconds length{0.15};
  const auto result = profile(trainer, {{step_with("", Pass::none, 0), length},
                                        {step_with("Conv2d_3", Pass::forward, 40), length},
                                        {step_with("Conv2d_3", Pass::backward, 40), length}});
  const auto per_step = [&](std::size_t i) {
    return result.blocks[i].device_time / static_cast<double>(result.blocks[i].steps);
  };
  EXPECT_GT(per_step(1), 2 * per_step(0));
  EXPECT_GT(per_step(2), 2 * per_step(0));
}

TEST(Profile, OfALayerThatIsNotThereIsAnError) {
  const DataSet data = load_data_set("synthetic:1x28x28:10:64");
  Trainer trainer{make_network("lenet5"), data, {}};
  EXPECT_THROW(profile(trainer, {{step_with("Conv2d_9", Pass::forward, 3), Seconds{0.01}}}),
               TrainingError);
}

// Gradients by the engine, of the first input and the parameters.
std::vector<at::Tensor> by_engine(const Operation& operation, std::vector<at::Tensor>& inputs,
                                  const at::Tensor& gradient) {
  operation(inputs, true).backward(gradient);
  std::vector<at::Tensor> gradients;
  for (auto& input : inputs) gradients.push_back(input.grad().clone());
  return gradients;
}

TEST(LayerCapture, SeesWhoseGradientsAreAddedUp) {
  const Network network = make_network("resnet18");
  const auto node = [&](const char* name) { return *network.find(name); };
  LayerCapture capture{network, {node("maxpool"), node("conv1")}};
  // The first block and the shortcut around it.
  EXPECT_EQ(capture.take(node("maxpool")).readers, 2);
  EXPECT_EQ(capture.take(node("conv1")).readers, 1);
}

TEST(BackwardPass, ComputesWhatTheEngineDoesAsOftenAsOneLikes) {
  const Network network = make_network("vit_thesis");
  const GraphModule module{network, at::kCPU, 1};
  std::size_t checked = 0;
  at::manual_seed(1);
  for (std::size_t i = 0; i < network.size() && checked < 12; ++i) {
    if (!module.operation(i) || std::holds_alternative<Dropout>(network[i].layer)) continue;
    std::vector<at::Tensor> inputs;
    for (const auto from : network[i].inputs) {
      std::vector<std::int64_t> dims = network.shapes()[from].dims;
      dims.insert(dims.begin(), 2);
      inputs.push_back(at::randn(dims).set_requires_grad(true));
    }
    const at::Tensor output = module.operation(i)(inputs, false);
    const at::Tensor gradient = at::randn(output.sizes());
    const auto expected = by_engine(
        [&](auto values, bool) { return module.operation(i)(values, false); }, inputs, gradient);
    BackwardPass backward{output};
    ASSERT_FALSE(backward.empty()) << network[i].name;
    for (int repetition = 0; repetition < 2; ++repetition) {
      const auto results = backward.run(gradient);
      for (const auto& gradient_of_input : expected) {
        const bool found = std::ranges::any_of(results, [&](const at::Tensor& each) {
          return each.sizes() == gradient_of_input.sizes() && at::allclose(each, gradient_of_input);
        });
        EXPECT_TRUE(found) << network[i].name;
      }
    }
    ++checked;
  }
  EXPECT_EQ(checked, 12U);
}

}  // namespace
}  // namespace erg
