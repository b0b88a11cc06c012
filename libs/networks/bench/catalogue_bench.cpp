// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/network_file.h"

namespace {

// Every network of the catalogue built and counted: the figure of docs/networks.md.
void whole_catalogue(benchmark::State& state) {
  std::uint64_t macs = 0;
  for (auto _ : state) {
    for (const auto& entry : erg::catalogue()) {
      macs += erg::count(erg::make_network(entry.name)).total.macs;
    }
  }
  benchmark::DoNotOptimize(macs);
  state.counters["networks"] = static_cast<double>(erg::catalogue().size());
}
BENCHMARK(whole_catalogue)->Unit(benchmark::kMillisecond);

void one_network(benchmark::State& state, const char* name) {
  for (auto _ : state) benchmark::DoNotOptimize(erg::count(erg::make_network(name)));
}
BENCHMARK_CAPTURE(one_network, resnet50, "resnet50")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_network, vit_b_16, "vit_b_16")->Unit(benchmark::kMicrosecond);

void read_json(benchmark::State& state) {
  const std::string text = to_json(erg::make_network("resnet50"));
  for (auto _ : state) benchmark::DoNotOptimize(erg::network_from_json(text, "resnet50"));
}
BENCHMARK(read_json)->Unit(benchmark::kMicrosecond);

}  // namespace
