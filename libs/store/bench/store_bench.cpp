// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>

#include "connect.h"
#include "erg/open_store.h"
#include "erg/testing/temp_tree.h"
#include "header_rows.h"

namespace erg {
namespace {

// Readings of a card under load: a sample each 20 ms with 20 us of jitter, 2 W of noise on steps of
// training, in mW.
Timeline busy_card(std::size_t samples, std::uint64_t seed) {
  Channel power;
  power.name = "power_ring";
  power.device = "GPU-1";
  power.kind = ChannelKind::windowed_power;
  power.unit = Unit::watt;
  power.resolution = 0.001;
  Timeline timeline{power};
  timeline.reserve(samples);
  std::mt19937_64 random{seed};
  std::normal_distribution<double> noise_mw{0, 2000};
  std::uniform_int_distribution<std::int64_t> jitter_us{-20, 20};
  for (std::size_t i = 0; i < samples; ++i) {
    const double level_mw = i / 25 % 8 == 7 ? 120'000 : 380'000;
    const auto time_ns = static_cast<std::int64_t>(i) * 20'000'000 + jitter_us(random) * 1000;
    timeline.append({Timestamp{Nanoseconds{time_ns + 1'000'000}},
                     static_cast<std::int64_t>(level_mw + noise_mw(random))});
  }
  return timeline;
}

Run run_of(std::size_t samples, std::uint64_t seed = 1) {
  Run run;
  run.header.id = RunId::random();
  run.header.name = "bench";
  run.status = RunStatus::finished;
  run.parts.resize(1);
  run.parts[0].timelines.push_back(busy_card(samples, seed));
  run.parts[0].header.channels.push_back(run.parts[0].timelines[0].channel());
  return run;
}

std::string server() {
  const char* url = std::getenv("ERG_TEST_POSTGRES");
  return url ? url : "";
}

std::uint64_t size_of(const std::string& path) { return std::filesystem::file_size(path); }

void save_a_million(benchmark::State& state, const std::string& url) {
  const auto store = open_store(url);
  Run run = run_of(1'000'000);
  for (auto unused : state) {
    store->save(run);
    state.PauseTiming();
    store->remove(run.header.id);
    state.ResumeTiming();
  }
}

void SqliteSaveMillionSamples(benchmark::State& state) {
  const testing::TempTree folder;
  const std::string path = folder.path("bench.db").string();
  save_a_million(state, path);
  open_store(path)->save(run_of(1'000'000));
  store::connect_sqlite(path)->script("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  state.counters["bytes_per_sample"] = static_cast<double>(size_of(path)) / 1e6;
}
BENCHMARK(SqliteSaveMillionSamples)->Unit(benchmark::kMillisecond)->UseRealTime();

void PostgresSaveMillionSamples(benchmark::State& state) {
  if (server().empty()) return state.SkipWithError("ERG_TEST_POSTGRES is not set");
  save_a_million(state, server());
}
BENCHMARK(PostgresSaveMillionSamples)->Unit(benchmark::kMillisecond)->UseRealTime();

void load(benchmark::State& state, const std::string& url) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  const auto store = open_store(url);
  RunId id;
  {
    const Run run = run_of(samples);
    id = run.header.id;
    store->save(run);
  }
  for (auto unused : state) benchmark::DoNotOptimize(store->load(id));
  store->remove(id);
}

void SqliteLoadSamples(benchmark::State& state) {
  const testing::TempTree folder;
  load(state, folder.path("bench.db").string());
}
BENCHMARK(SqliteLoadSamples)
    ->Arg(1'000'000)
    ->Arg(50'000'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void PostgresLoadSamples(benchmark::State& state) {
  if (server().empty()) return state.SkipWithError("ERG_TEST_POSTGRES is not set");
  load(state, server());
}
BENCHMARK(PostgresLoadSamples)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// A second of a run: three channels at 50, 50 and 1 Hz, a thousand spans.
void heartbeat(benchmark::State& state, const std::string& url) {
  const auto store = open_store(url);
  const Timeline card = busy_card(3000, 1);
  PartHeader part;
  part.channels.assign(3, card.channel());
  RunHeader header;
  header.id = RunId::random();
  const auto writer = store->begin(header, part);
  SpanTable spans;
  Span span;
  span.name = spans.intern("forward");
  std::int64_t second = 0;
  for (auto unused : state) {
    state.PauseTiming();
    const auto first = static_cast<SpanIndex>(spans.size());
    for (int i = 0; i < 1000; ++i) {
      const Timestamp begin{Nanoseconds{second * 1'000'000'000 + i * 1'000'000 + i * i % 977}};
      span.interval = {begin, begin + Nanoseconds{900'000 + i * 7919 % 1009}};
      spans.append(span);
    }
    state.ResumeTiming();
    for (std::size_t channel = 0; channel < 3; ++channel) {
      for (std::size_t i = 0; i < (channel == 2 ? 1U : 50U); ++i) {
        Sample sample = card.sample((static_cast<std::size_t>(second) * 50 + i) % card.size());
        sample.time = Timestamp{
            Nanoseconds{second * 1'000'000'000 + static_cast<std::int64_t>(i) * 20'000'000}};
        writer->append_samples(channel, {&sample, 1});
      }
    }
    writer->append_spans(spans, first);
    writer->heartbeat();
    ++second;
  }
  writer->finish(RunStatus::finished, 0, {});
  store->remove(header.id);
}

void SqliteHeartbeat(benchmark::State& state) {
  const testing::TempTree folder;
  heartbeat(state, folder.path("bench.db").string());
}
BENCHMARK(SqliteHeartbeat)->Iterations(600)->Unit(benchmark::kMicrosecond)->UseRealTime();

void PostgresHeartbeat(benchmark::State& state) {
  if (server().empty()) return state.SkipWithError("ERG_TEST_POSTGRES is not set");
  heartbeat(state, server());
}
BENCHMARK(PostgresHeartbeat)->Iterations(600)->Unit(benchmark::kMicrosecond)->UseRealTime();

Breakdown breakdown_of(Grouping by, const std::vector<std::string>& names) {
  Breakdown breakdown;
  breakdown.by = by;
  breakdown.method = "timeline";
  for (const auto& name : names) {
    BreakdownRow row;
    row.name = name;
    row.energy = EnergyEstimate{Joules{100}, Joules{1}, 0.02, Provenance::measured};
    row.time = TimeEstimate{Seconds{1}, Seconds{0}, 0, Provenance::measured};
    breakdown.rows.push_back(row);
  }
  breakdown.total = breakdown.rows.front();
  return breakdown;
}

// 1,000 runs with 50,000 samples each, with phases, epochs and layers.
const std::string& thousand_runs() {
  static const testing::TempTree folder;
  static const std::string path = [] {
    const std::string made = folder.path("thousand.db").string();
    const auto store = open_store(made);
    std::vector<std::string> phases{"data",     "to_device", "forward",  "loss",
                                    "backward", "optimizer", "evaluate", "other"};
    std::vector<std::string> layers;
    for (int i = 0; i < 60; ++i) layers.push_back("Conv2d_" + std::to_string(i));
    Run run = run_of(50'000);
    run.breakdowns = {breakdown_of(Grouping::run, {"run"}), breakdown_of(Grouping::phase, phases),
                      breakdown_of(Grouping::epoch, layers), breakdown_of(Grouping::layer, layers),
                      breakdown_of(Grouping::device, {"GPU-1"})};
    for (int i = 0; i < 1000; ++i) {
      run.header.id = RunId::from_text("bench " + std::to_string(i));
      run.header.name = "run " + std::to_string(i);
      run.header.environment.workload.network = i % 2 == 0 ? "alexnet" : "lenet5";
      store->save(run);
    }
    return made;
  }();
  return path;
}

void SqliteView(benchmark::State& state, const std::string& sql) {
  const auto connection = store::connect_sqlite(thousand_runs());
  std::int64_t rows = 0;
  for (auto unused : state) {
    rows = 0;
    connection->query(sql, {}, [&](const store::Row& row) {
      benchmark::DoNotOptimize(row.text(0));
      ++rows;
    });
  }
  state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK_CAPTURE(SqliteView, runs_overview, "SELECT * FROM runs_overview")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, energy_by_phase, "SELECT * FROM energy_by_phase")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, energy_by_phase_grouped,
                  "SELECT network, phase, avg(energy_j) FROM energy_by_phase GROUP BY 1, 2")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, energy_by_layer, "SELECT * FROM energy_by_layer")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, energy_by_layer_of_one_run,
                  "SELECT * FROM energy_by_layer WHERE name = 'run 77'")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, power_of_one_run, "SELECT * FROM power WHERE name = 'run 77'")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SqliteView, channels_overview, "SELECT * FROM channels_overview")
    ->Unit(benchmark::kMillisecond);

void SqliteListThousandRuns(benchmark::State& state) {
  const auto store = open_store(thousand_runs());
  for (auto unused : state) benchmark::DoNotOptimize(store->list());
}
BENCHMARK(SqliteListThousandRuns)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace erg
