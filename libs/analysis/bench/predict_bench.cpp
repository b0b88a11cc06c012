// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <numeric>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/energy_model.h"

namespace {

using namespace erg;

Complexity counted(const std::string& network) {
  CountOptions options;
  options.batch = 128;
  return count(make_network(network), options);
}

// What a fit of a few networks gives: the shape of a model, not a machine.
EnergyModel model() {
  Observations table;
  for (const char* name : {"lenet5", "alexnet_thesis", "resnet18_thesis", "vgg11_thesis",
                           "googlenet_thesis", "mobilenetv1_thesis", "mobilenetv2_thesis"}) {
    Observation row;
    row.network = name;
    row.batch = 128;
    row.images = 60000;
    row.work = step_work(counted(name));
    row.time = Seconds{1e-12 * row.work->total.macs + 1e-3 * row.work->total.kernels};
    row.energy = Watts{200} * *row.time;
    table.rows.push_back(row);
  }
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  EnergyModel result;
  for (const auto target : {Target::energy, Target::time}) {
    TargetModel one;
    one.model = "physical";
    one.regressor = fit(model_spec("physical"), table, rows, target);
    (target == Target::energy ? result.energy : result.time) = std::move(one);
  }
  return result;
}

void predict_a_network(benchmark::State& state) {
  const EnergyModel learnt = model();
  Job job;
  job.complexity = counted("resnet50");
  job.images = 1e6;
  for (auto _ : state) benchmark::DoNotOptimize(predict(learnt, job));
}
BENCHMARK(predict_a_network)->Unit(benchmark::kMicrosecond);

void count_and_predict_a_network(benchmark::State& state) {
  const EnergyModel learnt = model();
  for (auto _ : state) {
    Job job;
    job.complexity = counted("resnet50");
    job.images = 1e6;
    benchmark::DoNotOptimize(predict(learnt, job));
  }
}
BENCHMARK(count_and_predict_a_network)->Unit(benchmark::kMicrosecond);

void read_a_model(benchmark::State& state) {
  const std::string text = model().json();
  for (auto _ : state) benchmark::DoNotOptimize(EnergyModel::from_json(text, "model"));
}
BENCHMARK(read_a_model)->Unit(benchmark::kMicrosecond);

}  // namespace
