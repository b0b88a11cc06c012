// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "../test/run_builder.h"
#include "../test/simulated_profile.h"
#include "erg/design_solve.h"

namespace {

using namespace erg;

// An hour at 50 Hz with a million spans that tile it.
Run hour() {
  testing::PartBuilder part;
  part.device(testing::gpu());
  part.samples(testing::power_channel("GPU-1"), 0, 3600, 0.02,
               [](double t) { return 300 + 100 * std::sin(t); });
  part.samples(testing::energy_channel("GPU-1"), 0, 3600, 10, [](double t) { return 300 * t; });
  part.span(SpanKind::run, "run", 0, 3600);
  const char* names[] = {"to_device", "forward", "loss", "backward", "optimizer"};
  for (int i = 0; i < 1'000'000; ++i) {
    const double begin = 0.0036 * i;
    part.device_span(SpanKind::phase, names[i % 5], begin, begin + 0.0036);
  }
  return testing::run_of({part.build()});
}

void attribute_an_hour(benchmark::State& state) {
  const Run run = hour();
  for (auto _ : state) benchmark::DoNotOptimize(attribute(run));
}
BENCHMARK(attribute_an_hour)->Unit(benchmark::kMillisecond);

void solve_240_blocks(benchmark::State& state) {
  testing::SimulatedStep step;
  step.copy = {{0.002, 150}};
  step.optimizer = {{0.001, 300}};
  StepTimes times;
  times.device = Seconds{0.0345};
  for (int i = 0; i < 21; ++i) {
    const std::string name = "layer_" + std::to_string(i);
    step.layers[name] = {{0.0005, 500}, {0.001, 550}};
    step.forward.push_back({0.0005, 500});
    step.backward.push_back({0.001, 550});
    step.order.push_back(name);
    times.layers.push_back({name, Seconds{0.0005}, Seconds{0.001}, {}, {}, ""});
  }
  ProfileBudget budget;
  budget.all = Seconds{132};
  const auto designs = layer_designs(times);
  const auto profile = testing::simulate(plan_blocks(designs, budget), step, {}, {}, 1);
  AttributionOptions options;
  options.by = Grouping::layer;
  for (auto _ : state) benchmark::DoNotOptimize(solve_designs(profile.run, options));
  state.counters["blocks"] = static_cast<double>(profile.run.parts[0].blocks.size());
}
BENCHMARK(solve_240_blocks)->Unit(benchmark::kMillisecond);

}  // namespace
