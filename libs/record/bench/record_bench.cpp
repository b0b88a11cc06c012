// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <thread>

#include "erg/sampler.h"
#include "erg/scoped_span.h"
#include "erg/testing/memory_writer.h"

namespace {

void ScopedSpanOpenAndClose(benchmark::State& state) {
  erg::SpanLog log{erg::HostClock{}};
  const auto name = log.intern("step");
  for (auto _ : state) {
    const erg::ScopedSpan span{&log, name, erg::SpanKind::step};
    benchmark::DoNotOptimize(span.index());
  }
}
BENCHMARK(ScopedSpanOpenAndClose)->Iterations(1 << 20);

void ScopedSpanWithNobodyListening(benchmark::State& state) {
  erg::SpanLog* log = nullptr;
  benchmark::DoNotOptimize(log);
  for (auto _ : state) {
    const erg::ScopedSpan span{log, erg::NameId{0}};
    benchmark::DoNotOptimize(span.index());
  }
}
BENCHMARK(ScopedSpanWithNobodyListening);

// Costs nothing itself: what is left is waking up, and handing over once a second.
class FreeSensor final : public erg::Sensor {
 public:
  std::span<const erg::Channel> channels() const noexcept override { return {&channel_, 1}; }
  erg::Nanoseconds period() const noexcept override { return std::chrono::milliseconds{10}; }
  void read(const erg::HostClock& clock, std::span<erg::Slot> slots) noexcept override {
    slots[0].samples.push_back({clock.now(), ++reads_});
  }

 private:
  static erg::Channel counter() {
    erg::Channel channel;
    channel.name = "free";
    channel.kind = erg::ChannelKind::energy_counter;
    return channel;
  }

  erg::Channel channel_ = counter();
  std::int64_t reads_ = 0;
};

double cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

// CPU time of all threads for one tick of a sensor that is read 100 times a second.
void SamplerTick(benchmark::State& state) {
  double cpu = 0, reads = 0;
  for (auto _ : state) {
    std::vector<std::unique_ptr<erg::Sensor>> sensors;
    sensors.push_back(std::make_unique<FreeSensor>());
    erg::testing::MemoryWriter writer{erg::channels_of(sensors)};
    const double before = cpu_us();
    erg::Sampler sampler{std::move(sensors), erg::HostClock{}, writer, nullptr};
    std::this_thread::sleep_for(std::chrono::seconds{2});
    reads += static_cast<double>(sampler.stop().reads);
    cpu += cpu_us() - before;
  }
  state.counters["cpu_us_a_tick"] = cpu / reads;
}
BENCHMARK(SamplerTick)->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
