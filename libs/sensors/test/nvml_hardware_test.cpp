// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <thread>

#include "erg/nvml_sensor.h"
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

struct Recorded {
  Sensor* sensor;
  Timestamp due;
  std::vector<Slot> slots;
  std::vector<Timeline> timelines;
  Nanoseconds reading{0};
  int reads = 0;
};

void read(Recorded& each, const HostClock& clock) {
  for (Slot& slot : each.slots) slot.clear();
  const Timestamp before = clock.now();
  each.sensor->read(clock, each.slots);
  each.reading += clock.now() - before;
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
    Recorded each{sensor.get(), clock.now(), std::vector<Slot>(sensor->channels().size()), {}};
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

TEST_F(NvmlHardware, EverySourceAgreesOverTwentySeconds) {
  const auto all = record(set_, Seconds{20});
  for (const Device& device : set_.devices) {
    std::optional<Joules> counted;
    const Interval middle{timestamp(Seconds{1}), timestamp(Seconds{19})};
    for (const Recorded& each : all) {
      for (const Timeline& line : each.timelines) {
        if (line.channel().device != device.id) continue;
        const double us = 1e-3 * static_cast<double>(each.reading.count()) / each.reads;
        std::printf("%-14s %5zu samples, refresh %.4f s, %2zu gaps, %8.1f us a read",
                    line.channel().name.c_str(), line.size(), line.channel().refresh.count(),
                    line.gaps().size(), us);
        const auto energy = line.energy(middle);
        if (energy) std::printf(", %.1f J in 18 s", energy->value());
        std::printf("\n");
        if (line.channel().kind == ChannelKind::gauge) continue;
        ASSERT_TRUE(energy) << line.channel().name;
        EXPECT_GT(energy->value(), 0) << line.channel().name;
        if (line.channel().name == "energy") counted = energy;
      }
    }
    if (!counted) continue;
    for (const Recorded& each : all) {
      for (const Timeline& line : each.timelines) {
        if (line.channel().device != device.id || line.channel().name != "power_ring") continue;
        EXPECT_NEAR(line.energy(middle)->value(), counted->value(), 0.05 * counted->value());
        EXPECT_GT(line.size(), 700U);
      }
    }
  }
}

}  // namespace
}  // namespace erg
