// SPDX-License-Identifier: Apache-2.0
// Bytes a second of each reader, on generated data of the shape of the study's files and, where it
// is there, on the shared data repeated to the same size. Beside it, on the same files:
//   pandas.read_csv("energy_consumption_file.csv")
//   [ast.literal_eval(cell) for row in list(csv.reader(open("layer_time.csv")))[1:] for cell in
//   row]
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "erg/byte_source.h"
#include "erg/csv_numbers.h"
#include "erg/csv_reader.h"
#include "erg/npy.h"
#include "erg/python_literal.h"

namespace erg {
namespace {

constexpr std::size_t kSize = std::size_t{64} << 20;
const std::filesystem::path kRuns =
    std::filesystem::path{ERG_SHARED_DATA} / "thesis/3080/ModelsData/alexnet";

// timestamp,power_in_watts of a card that is polled every 2 ms and renews its value every 100.
const std::string& power_text() {
  static const std::string text = [] {
    std::mt19937_64 random{7};
    std::string built = "timestamp,power_in_watts\n";
    long long time_100ns = 17343024993776630;
    int power_mw = 14413;
    for (int row = 0; built.size() < kSize; ++row) {
      time_100ns += 20000 + static_cast<long long>(random() % 4000);
      if (row % 50 == 0) power_mw = static_cast<int>(90000 + random() % 200000);
      char line[64];
      const int length =
          std::snprintf(line, sizeof line, "%lld.%07lld,%d.%03d\n", time_100ns / 10000000,
                        time_100ns % 10000000, power_mw / 1000, power_mw % 1000);
      built.append(line, static_cast<std::size_t>(length));
    }
    return built;
  }();
  return text;
}

// layer_time.csv: five epochs, 22 layers a cell.
const std::string& layer_text() {
  static const std::string text = [] {
    std::string built = "0,1,2,3,4\n";
    double time = 1734699996.2018855;
    while (built.size() < kSize) {
      for (int epoch = 0; epoch < 5; ++epoch) {
        built += epoch == 0 ? "\"{" : ",\"{";
        for (int layer = 0; layer < 22; ++layer) {
          char entry[128];
          const int length = std::snprintf(entry, sizeof entry, "%s'Conv2d_%d': (%.7f, %.7f)",
                                           layer == 0 ? "" : ", ", layer, time, time + 0.0003);
          built.append(entry, static_cast<std::size_t>(length));
          time += 0.0003123;
        }
        built += "}\"";
      }
      built += "\n";
    }
    return built;
  }();
  return text;
}

// A shared file over and over, up to the common size; its header stands once.
std::string shared_text(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  const std::string once = read_all(*open_bytes(path));
  const std::size_t header = once.find('\n') + 1;
  std::string text = once.substr(0, header);
  while (text.size() < kSize) text.append(once, header);
  return text;
}

const std::string& text_or_skip(benchmark::State& state, const std::string& text) {
  if (text.empty()) state.SkipWithError("no shared data here");
  return text;
}

void count_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

// Reads `text` through a pipe of the size of the reader's own, not copying it as a whole.
class ViewSource final : public ByteSource {
 public:
  explicit ViewSource(const std::string& text) : ByteSource{"text"}, text_{text} {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t size = text_.copy(buffer.data(), buffer.size(), position_);
    position_ += size;
    return size;
  }

 private:
  const std::string& text_;
  std::size_t position_ = 0;
};

void parse_power(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    ViewSource source{text};
    CsvNumbers numbers{source, {"timestamp", "power_in_watts"}};
    NumberChunk chunk;
    Nano sum = 0;
    while (numbers.next(chunk)) sum += chunk.columns[1].back();
    benchmark::DoNotOptimize(sum);
  }
  count_bytes(state, text);
}

void power_generated(benchmark::State& state) { parse_power(state, power_text()); }
BENCHMARK(power_generated)->Unit(benchmark::kMillisecond);

void power_shared(benchmark::State& state) {
  static const std::string text =
      shared_text(kRuns / "E5_B128_R0_SR2/fashion_mnist/energy_consumption_file.csv");
  parse_power(state, text_or_skip(state, text));
}
BENCHMARK(power_shared)->Unit(benchmark::kMillisecond);

void any_csv(benchmark::State& state) {
  for (auto _ : state) {
    ViewSource source{power_text()};
    CsvReader reader{source};
    std::size_t fields = 0;
    while (reader.next()) fields += reader.fields().size();
    benchmark::DoNotOptimize(fields);
  }
  count_bytes(state, power_text());
}
BENCHMARK(any_csv)->Unit(benchmark::kMillisecond);

void parse_layers(benchmark::State& state, const std::string& text) {
  PythonLiteral literal;
  for (auto _ : state) {
    ViewSource source{text};
    CsvReader reader{source};
    reader.next();
    double sum = 0;
    while (reader.next()) {
      for (const auto cell : reader.fields()) {
        literal.parse(cell);
        sum += literal.nodes().back().number;
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  count_bytes(state, text);
}

void layers_generated(benchmark::State& state) { parse_layers(state, layer_text()); }
BENCHMARK(layers_generated)->Unit(benchmark::kMillisecond);

void layers_shared(benchmark::State& state) {
  static const std::string text =
      shared_text(kRuns / "E5_B128_R0_SR2_layer/fashion_mnist/layer_time.csv");
  parse_layers(state, text_or_skip(state, text));
}
BENCHMARK(layers_shared)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace erg
