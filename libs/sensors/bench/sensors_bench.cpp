// SPDX-License-Identifier: Apache-2.0
// The cost of one read of each kind of sensor. Files are a fake /sys in a temporary folder, but for
// /proc/stat, which is this machine's own; NVML is the fake, so that its figures are what the
// sensor adds to the driver's.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "erg/counter.h"
#include "erg/discover.h"
#include "erg/hwmon_sensor.h"
#include "erg/nvml_sensor.h"
#include "erg/perf_energy_sensor.h"
#include "erg/powercap_sensor.h"
#include "erg/replay_sensor.h"
#include "erg/testing/fake_nvml.h"
#include "erg/testing/temp_tree.h"

namespace {

using namespace erg;

void read_on(benchmark::State& state, Sensor& sensor) {
  const HostClock clock;
  std::vector<Slot> slots(sensor.channels().size());
  for (auto _ : state) {
    for (Slot& slot : slots) slot.clear();
    sensor.read(clock, slots);
    benchmark::DoNotOptimize(slots.data());
  }
  state.counters["channels"] = static_cast<double>(sensor.channels().size());
  state.SetLabel("every " + std::to_string(sensor.period() / std::chrono::milliseconds{1}) + " ms");
}

void counter(benchmark::State& state) {
  ExactCounter counter{{262143328851, Joules{1e-6}, Watts{1000}, Seconds{0.01}, Seconds{10}}};
  Timestamp time;
  std::uint64_t raw = 0;
  for (auto _ : state) {
    time += std::chrono::milliseconds{100};
    raw = (raw + 20'000'000) % 262143328851;
    benchmark::DoNotOptimize(counter.read(time, raw));
  }
}
BENCHMARK(counter);

void powercap_two_sockets(benchmark::State& state) {
  const testing::TempTree tree;
  for (const std::string zone :
       {"intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1", "intel-rapl:1:0"}) {
    const bool package = zone.size() == 12;
    tree.write(zone + "/name", package ? "package-" + zone.substr(11) : "dram");
    tree.write(zone + "/max_energy_range_uj", "262143328850\n");
    tree.write(zone + "/energy_uj", "123456789\n");
  }
  PowercapSensor sensor{tree.root()};
  read_on(state, sensor);
}
BENCHMARK(powercap_two_sockets);

void perf_event(benchmark::State& state) {
  const testing::TempTree tree;  // the kernel's CPU clock stands in for the counter
  tree.write("power/type", "1\n");
  tree.write("power/cpumask", "0\n");
  tree.write("power/events/energy-pkg", "event=0x00\n");
  tree.write("power/events/energy-pkg.scale", "1e-9\n");
  tree.write("power/events/energy-pkg.unit", "Joules\n");
  try {
    PerfEnergySensor sensor{tree.root()};
    read_on(state, sensor);
  } catch (const SensorUnavailable& error) {
    state.SkipWithError(error.what());
  }
}
BENCHMARK(perf_event);

void hwmon(benchmark::State& state) {
  const testing::TempTree tree;
  tree.write("hwmon0/name", "amdgpu\n");
  tree.write("hwmon0/power1_average", "123456000\n");
  HwmonSensor sensor{tree.root()};
  read_on(state, sensor);
}
BENCHMARK(hwmon);

void estimators_from_proc_stat(benchmark::State& state) {
  SensorOptions options;
  options.nvml_library = "none";
  options.sysfs_root = "/nowhere";
  SensorSet set = discover(options);
  read_on(state, *set.sensors.front());
}
BENCHMARK(estimators_from_proc_stat);

// The sensor of the first card of the fake NVML that has this channel.
void nvml(benchmark::State& state, const std::string& channel) {
  const testing::TempTree tree;
  testing::FakeNvml fake{tree.path("state")};
  NvmlOptions options;
  options.library = FAKE_NVML;
  options.every_source = true;
  SensorSet set = open_nvml(options);
  for (auto& sensor : set.sensors) {
    if (sensor->channels().front().name == channel) return read_on(state, *sensor);
  }
  state.SkipWithError("no such channel");
}
BENCHMARK_CAPTURE(nvml, ring, "power_ring");
BENCHMARK_CAPTURE(nvml, instant, "power_instant");
BENCHMARK_CAPTURE(nvml, average, "power_average");
BENCHMARK_CAPTURE(nvml, energy, "energy");
BENCHMARK_CAPTURE(nvml, gauges, "sm_clock");

// A recording of a day at 50 Hz, of which five readings come with each read.
void replay(benchmark::State& state) {
  Channel channel;
  channel.name = "power_ring";
  channel.kind = ChannelKind::windowed_power;
  channel.unit = Unit::watt;
  channel.resolution = 1e-3;
  Timeline day{channel};
  constexpr std::chrono::milliseconds kApart{20};
  for (std::int64_t i = 0; i < 50 * 86'400; ++i) day.append(Sample{Timestamp{i * kApart}, i % 7});
  // So fast that a read right after the other finds about five.
  ReplaySensor sensor{{std::move(day)}, 1e5};
  read_on(state, sensor);
}
BENCHMARK(replay)->Iterations(20'000);

void discovery_without_gpu(benchmark::State& state) {
  SensorOptions options;
  options.nvml_library = "none";
  for (auto _ : state) benchmark::DoNotOptimize(discover(options));
}
BENCHMARK(discovery_without_gpu);

}  // namespace
