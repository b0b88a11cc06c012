// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "erg/batch_loader.h"

namespace {

// Images a second that the loader resizes from 28x28 or 32x32 to 224x224, by number of threads.
void load_epoch(benchmark::State& state, const char* set) {
  const erg::DataSet data = erg::load_data_set(set);
  const auto channels = data.train.shape[0];
  const erg::Shape input{channels, 224, 224};
  std::vector<std::vector<float>> images(4);
  std::vector<std::vector<std::int64_t>> labels(4);
  std::vector<erg::BatchBuffer> buffers;
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].resize(static_cast<std::size_t>(128 * input.elements()));
    labels[i].resize(128);
    buffers.push_back({images[i], labels[i]});
  }
  erg::BatchLoader loader{data.train.shape, input, buffers,
                          static_cast<std::size_t>(state.range(0))};
  for (auto _ : state) {
    loader.start(data.train, erg::shuffled_order(data.train.size(), 0, 0));
    while (const auto batch = loader.next()) loader.release(batch->buffer);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(data.train.size()));
}

BENCHMARK_CAPTURE(load_epoch, gray, "synthetic:1x28x28:10:2560")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(load_epoch, color, "synthetic:3x32x32:10:2560")->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
