// SPDX-License-Identifier: Apache-2.0
#include "erg/replay_sensor.h"

#include <gtest/gtest.h>

#include <thread>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

Channel channel(const char* name, ChannelKind kind) {
  Channel channel;
  channel.name = name;
  channel.kind = kind;
  channel.resolution = 1e-3;
  return channel;
}

std::vector<Timeline> recording() {
  Timeline counter{channel("energy", ChannelKind::energy_counter)};
  Timeline power{channel("power_ring", ChannelKind::windowed_power)};
  for (int i = 0; i <= 10; ++i) {
    counter.append(Sample{at(100 + 0.01 * i), 5000 + 7 * i * i});
    power.append(Sample{at(100.003 + 0.01 * i), 200'000 + 1000 * i});
  }
  counter.append(Gap{between(100.02, 100.03), GapReason::reset});
  counter.append(Gap{between(100.05, 100.06), GapReason::unreadable});
  return {counter, power};
}

// Reads until all was handed out, into fresh timelines.
std::vector<Timeline> play(ReplaySensor& sensor) {
  std::vector<Timeline> played;
  for (const Channel& each : sensor.channels()) played.emplace_back(each);
  const HostClock clock;
  std::vector<Slot> slots(played.size());
  for (int i = 0; i < 2000 && !sensor.finished(); ++i) {
    for (Slot& slot : slots) slot.clear();
    sensor.read(clock, slots);
    for (std::size_t k = 0; k < slots.size(); ++k) {
      for (const Sample& sample : slots[k].samples) {
        EXPECT_LE(sample.time, clock.now());
        EXPECT_TRUE(played[k].append(sample));
      }
      if (slots[k].gap) played[k].append(*slots[k].gap);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  EXPECT_TRUE(sensor.finished());
  return played;
}

TEST(ReplaySensor, GivesTheRecordingAgainCountForCountAndGapForGap) {
  const auto recorded = recording();
  ReplaySensor sensor{recorded};
  const auto played = play(sensor);
  const Nanoseconds shift = played[0].times()[0] - recorded[0].times()[0];
  for (std::size_t k = 0; k < recorded.size(); ++k) {
    ASSERT_EQ(played[k].size(), recorded[k].size());
    for (std::size_t i = 0; i < recorded[k].size(); ++i) {
      EXPECT_EQ(played[k].times()[i], recorded[k].times()[i] + shift);
      EXPECT_EQ(played[k].counts()[i], recorded[k].counts()[i] - (k == 0 ? 5000 : 0));
    }
    EXPECT_EQ(played[k].energy_clamped(*played[k].covered()),
              recorded[k].energy_clamped(*recorded[k].covered()));
    ASSERT_EQ(played[k].gaps().size(), recorded[k].gaps().size());
  }
  EXPECT_EQ(played[0].gaps()[1].reason, GapReason::unreadable);
  EXPECT_EQ(played[0].gaps()[1].interval.begin, at(100.05) + shift);
}

TEST(ReplaySensor, FasterThanItWas) {
  ReplaySensor sensor{recording(), 10};
  const auto played = play(sensor);
  EXPECT_NEAR(Seconds{played[0].covered()->length()}.count(), 0.01, 1e-6);
}

TEST(ReplaySensor, AnEmptyRecordingIsFinished) {
  ReplaySensor sensor{{Timeline{channel("energy", ChannelKind::energy_counter)}}};
  EXPECT_TRUE(sensor.finished());
}

}  // namespace
}  // namespace erg
