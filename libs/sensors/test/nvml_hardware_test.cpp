// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <time.h>

#include <cmath>
#include <cstdio>
#include <thread>

#include "erg/nvml_sensor.h"
#include "erg/sensor_check.h"
#include "erg/source_missing.h"
#include "erg/timeline.h"

namespace erg {
namespace {

// Needs a card: `ctest -L gpu`. Prints what it sees, for docs/hardware.md.
class NvmlHardware : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      NvmlOptions options;
      options.every_source = true;
      set_ = open_nvml(options);
    } catch (const SourceMissing& error) {
      GTEST_SKIP() << error.what();
    }
    for (const Device& each : set_.devices) {
      std::printf("%s %s, driver %s, limit %.0f of %.0f W\n", each.id.c_str(), each.name.c_str(),
                  each.driver.c_str(), each.power_limit.value_or(Watts{0}).value(),
                  each.power_limit_max.value_or(Watts{0}).value());
    }
    for (const auto& note : set_.notes) std::printf("note: %s\n", note.c_str());
    for (const auto& each : set_.missing) {
      std::printf("missing: %s: %s\n", each.source.c_str(), each.reason.c_str());
    }
  }

  SensorSet set_;
};

double thread_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

struct Recorded {
  Sensor* sensor = nullptr;
  Timestamp due;
  std::vector<Slot> slots;
  std::vector<Timeline> timelines;
  Nanoseconds reading{0};
  double cpu_s = 0;
  int reads = 0;
};

void read(Recorded& each, const HostClock& clock) {
  for (Slot& slot : each.slots) slot.clear();
  const double cpu_before = thread_seconds();
  const Timestamp before = clock.now();
  each.sensor->read(clock, each.slots);
  each.reading += clock.now() - before;
  each.cpu_s += thread_seconds() - cpu_before;
  ++each.reads;
  for (std::size_t i = 0; i < each.slots.size(); ++i) {
    for (const Sample& sample : each.slots[i].samples) each.timelines[i].append(sample);
    if (each.slots[i].gap) each.timelines[i].append(*each.slots[i].gap);
  }
}

std::vector<Recorded> record(SensorSet& set, Seconds length) {
  const HostClock clock;
  std::vector<Recorded> all;
  for (auto& sensor : set.sensors) {
    Recorded each;
    each.sensor = sensor.get();
    each.due = clock.now();
    each.slots.resize(sensor->channels().size());
    for (const Channel& channel : sensor->channels()) each.timelines.emplace_back(channel);
    all.push_back(std::move(each));
  }
  const Timestamp end = clock.now() + std::chrono::round<Nanoseconds>(length);
  for (Timestamp now = clock.now(); now < end; now = clock.now()) {
    for (Recorded& each : all) {
      if (now < each.due) continue;
      read(each, clock);
      each.due += each.sensor->period();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  for (Recorded& each : all) read(each, clock);
  return all;
}

const Timeline* find(const std::vector<Recorded>& all, const std::string& device,
                     const std::string& channel) {
  for (const Recorded& each : all) {
    for (const Timeline& line : each.timelines) {
      if (line.channel().device == device && line.channel().name == channel) return &line;
    }
  }
  return nullptr;
}

void print(const std::vector<Recorded>& all) {
  for (const Recorded& each : all) {
    const double reads = each.reads;
    for (const Timeline& line : each.timelines) {
      std::printf("%-14s %5zu samples, %2zu gaps, a read takes %7.1f us (%7.1f us of CPU)\n",
                  line.channel().name.c_str(), line.size(), line.gaps().size(),
                  1e-3 * static_cast<double>(each.reading.count()) / reads,
                  1e6 * each.cpu_s / reads);
    }
  }
}

// Between two readings of the counter, so that nothing of it is interpolated.
TEST_F(NvmlHardware, CounterRingAndPolledPowerAgreeOverThirtySeconds) {
  const auto all = record(set_, Seconds{32});
  print(all);
  const Interval whole{timestamp(Seconds{0}), timestamp(Seconds{33})};
  for (const Device& device : set_.devices) {
    const Timeline* const counter = find(all, device.id, "energy");
    for (const char* const name : {"power_ring", "power_instant", "power_average"}) {
      const Timeline* const power = find(all, device.id, name);
      if (!counter || !power) continue;
      const auto apart = disagreement(*counter, *power, whole);
      ASSERT_TRUE(apart) << name;
      std::printf("counter against %s over 30 s: %+.2f %%\n", name, 100 * *apart);
      EXPECT_LT(std::abs(*apart), std::string{name} == "power_ring" ? 0.02 : 0.08) << name;
    }
    if (const Timeline* const ring = find(all, device.id, "power_ring")) {
      EXPECT_GT(ring->size(), 1000U);
      EXPECT_TRUE(ring->gaps().empty());
    }
  }
}

}  // namespace
}  // namespace erg
