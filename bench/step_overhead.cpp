// SPDX-License-Identifier: Apache-2.0
// What measuring costs a training step:
//   step_overhead NETWORK [DATA [DEVICE [STEPS [ROUNDS [CONDITION...]]]]]
//
// One process trains blocks of STEPS steps of the same network under each condition in turn, there
// and back again (A-B-...-B-A), and prints the time of a step against the same block without any
// measuring: medians over the rounds, with the interval of the median. A block ends with a wait for
// the device, so its host time is its device time.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "erg/bootstrap.h"
#include "erg/catalogue.h"
#include "erg/summary.h"
#include "erg/trainer.h"
#include "session.h"

namespace {

using namespace erg;

struct Condition {
  std::string name;
  bool measured;
  Instrumentation level;
  std::int64_t layer_every;
  std::vector<double> step_ms;
};

struct Setup {
  std::string network, data = "synthetic:1x28x28:10:25600", device = "cuda";
  std::int64_t steps = 200;
  int rounds = 6;
  std::vector<std::string> only;  // conditions beside "not measured"; empty: all
};

std::vector<Condition> conditions() {
  std::vector<Condition> list;
  const auto add = [&](std::string name, bool measured, Instrumentation level, int every) {
    list.push_back({std::move(name), measured, level, every, {}});
  };
  add("not measured", false, Instrumentation::none, 8);
  add("none", true, Instrumentation::none, 8);
  add("phases", true, Instrumentation::phases, 8);
  add("layers, 1 step in 8", true, Instrumentation::layers, 8);
  add("layers, every step", true, Instrumentation::layers, 1);
  add("sync-step", true, Instrumentation::sync_step, 8);
  add("sync-phases", true, Instrumentation::sync_phases, 8);
  add("sync-layers", true, Instrumentation::sync_layers, 1);
  return list;
}

TrainingOptions training_options(const Setup& setup, const Condition& condition) {
  TrainingOptions options;
  options.device = setup.device;
  options.precision = setup.device == "cpu" ? Precision::fp32 : Precision::tf32;
  options.epochs = 1 << 20;
  options.max_steps = setup.steps;
  options.evaluate = false;
  options.instrumentation = condition.level;
  options.layer_every = condition.layer_every;
  return options;
}

// A fresh training, so that every block begins alike; only its steps are timed.
double block_ms(const Condition& condition, const Setup& setup, const Network& network,
                const DataSet& data, const std::string& store) {
  Trainer trainer{network, data, training_options(setup, condition)};
  const auto train = [&](SpanLog* log, std::uint16_t device) {
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = trainer.train(log, {}, {}, device);
    const Seconds time = std::chrono::steady_clock::now() - begin;
    return 1e3 * time.count() / static_cast<double>(outcome.steps);
  };
  if (!condition.measured) return train(nullptr, kNoDevice);
  SessionOptions options;
  options.store_url = store;
  options.name = condition.name;
  Session session{options};
  const double ms = train(&session.spans(), 0);
  session.finish(RunStatus::finished, 0);
  return ms;
}

int run(const Setup& setup) {
  const auto folder = std::filesystem::temp_directory_path() / "erg-step-overhead";
  std::filesystem::create_directories(folder);
  const std::string store = "sqlite:" + (folder / "erg.db").string();
  const DataSet data = load_data_set(setup.data, data_places({}));
  NetworkOptions wanted;
  wanted.classes = data.classes;
  wanted.channels = data.train.shape[0];
  const Network network = make_network(setup.network, wanted);

  auto list = conditions();
  std::erase_if(list, [&](const Condition& condition) {
    return condition.measured && !setup.only.empty() &&
           std::ranges::find(setup.only, condition.name) == setup.only.end();
  });
  const auto block = [&](const Condition& condition) {
    return block_ms(condition, setup, network, data, store);
  };
  for (const auto& condition : list) block(condition);  // libraries, allocator, files
  for (int round = 0; round < setup.rounds; ++round) {
    for (auto& condition : list) condition.step_ms.push_back(block(condition));
    for (auto i = list.rbegin(); i != list.rend(); ++i) i->step_ms.push_back(block(*i));
  }

  fmt::print("{}, batch 128, {} on {}, {} blocks of {} steps each\n", setup.network, setup.data,
             setup.device, 2 * setup.rounds, setup.steps);
  for (const auto& condition : list) {
    std::vector<double> excess;
    for (std::size_t i = 0; i < condition.step_ms.size(); ++i) {
      excess.push_back(100 * (condition.step_ms[i] / list.front().step_ms[i] - 1));
    }
    const Range interval =
        bootstrap_interval(excess, [](std::span<const double> sample) { return median(sample); });
    fmt::print("  {:<22} {:8.3f} ms   {:+7.2f} %   (95 %: {:+.2f} to {:+.2f})\n", condition.name,
               median(condition.step_ms), median(excess), interval.low, interval.high);
  }
  std::fflush(stdout);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "step_overhead NETWORK [DATA [DEVICE [STEPS [ROUNDS [CONDITION...]]]]]\n");
    return 2;
  }
  Setup setup;
  setup.network = argv[1];
  if (argc > 2) setup.data = argv[2];
  if (argc > 3) setup.device = argv[3];
  if (argc > 4) setup.steps = std::stoll(argv[4]);
  if (argc > 5) setup.rounds = std::stoi(argv[5]);
  for (int i = 6; i < argc; ++i) setup.only.emplace_back(argv[i]);
  return run(setup);
}
