// SPDX-License-Identifier: Apache-2.0
#include "erg/sampler.h"

#include <gtest/gtest.h>

#include "erg/span_log.h"
#include "erg/testing/memory_writer.h"

namespace erg {
namespace {

using namespace std::chrono_literals;

Channel counter(std::string name) {
  Channel channel;
  channel.name = std::move(name);
  channel.kind = ChannelKind::energy_counter;
  channel.unit = Unit::joule;
  return channel;
}

// Burns one joule per read; every `miss`-th read fails.
class CountingSensor final : public Sensor {
 public:
  explicit CountingSensor(Nanoseconds period, int miss = 0) : period_{period}, miss_{miss} {}
  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return period_; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override {
    ++reads_;
    if (miss_ && reads_ % miss_ == 0) {
      slots[0].absence = Absence::failed;
    } else {
      slots[0].samples.push_back({clock.now(), reads_});
    }
  }

 private:
  Channel channel_ = counter("fake");
  Nanoseconds period_;
  int miss_;
  int reads_ = 0;
};

class SlowSensor final : public Sensor {
 public:
  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return 1ms; }
  void read(const HostClock&, std::span<Slot> slots) noexcept override {
    std::this_thread::sleep_for(5ms);
    slots[0].absence = Absence::nothing_new;
  }

 private:
  Channel channel_ = counter("slow");
};

// Answers with the mean power of a window that ended a while ago, as hardware does.
class DelayedPower final : public Sensor {
 public:
  DelayedPower() {
    channel_ = counter("ring");
    channel_.kind = ChannelKind::windowed_power;
    channel_.delay = Seconds{0.03};
    channel_.refresh = Seconds{0.02};
  }
  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return 1s; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override {
    slots[0].samples.push_back({clock.now() - 30ms, 100});
  }

 private:
  Channel channel_;
};

std::vector<std::unique_ptr<Sensor>> one(std::unique_ptr<Sensor> sensor) {
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(std::move(sensor));
  return sensors;
}

// A sampler of one sensor, and where its readings went.
struct Fixture {
  explicit Fixture(std::unique_ptr<Sensor> sensor, Nanoseconds heartbeat = 1s)
      : writer{{sensor->channels().begin(), sensor->channels().end()}},
        sampler{one(std::move(sensor)), clock, writer, &spans, heartbeat} {}

  HostClock clock;
  SpanLog spans{clock};
  testing::MemoryWriter writer;
  Sampler sampler;
};

TEST(Sampler, CoversEverythingBetweenConstructionAndStop) {
  Fixture f{std::make_unique<CountingSensor>(10s)};  // no read of its own accord in between
  const auto begin = f.clock.now();
  std::this_thread::sleep_for(5ms);
  const auto end = f.clock.now();
  f.sampler.stop();
  EXPECT_TRUE(f.writer.part().timelines[0].energy({begin, end}));
}

TEST(Sampler, WaitsUntilADelayedSensorHasSeenTheEnd) {
  Fixture f{std::make_unique<DelayedPower>()};
  std::this_thread::sleep_for(40ms);
  const auto end = f.clock.now();
  f.sampler.stop();
  const auto covered = f.writer.part().timelines[0].covered();
  ASSERT_TRUE(covered);
  EXPECT_GE(covered->end, end);
}

TEST(Sampler, ReadsEachSensorAtItsOwnPeriod) {
  HostClock clock;
  std::vector<std::unique_ptr<Sensor>> sensors;
  sensors.push_back(std::make_unique<CountingSensor>(2ms));
  sensors.push_back(std::make_unique<CountingSensor>(10s));
  testing::MemoryWriter writer{channels_of(sensors)};
  Sampler sampler{std::move(sensors), clock, writer, nullptr};
  std::this_thread::sleep_for(50ms);
  sampler.stop();
  const auto part = writer.part();
  EXPECT_GE(part.timelines[0].size(), 5u);
  EXPECT_EQ(part.timelines[1].size(), 2u) << "once at the start, once at the stop";
}

TEST(Sampler, CountsWhatItCouldNotRead) {
  Fixture f{std::make_unique<CountingSensor>(1ms, 2)};
  std::this_thread::sleep_for(20ms);
  const auto cost = f.sampler.stop();
  EXPECT_EQ(cost.unreadable, cost.reads / 2);
  EXPECT_EQ(f.writer.part().timelines[0].size(), cost.reads - cost.unreadable);
}

TEST(Sampler, CountsTheDeadlinesItMissed) {
  Fixture f{std::make_unique<SlowSensor>()};
  std::this_thread::sleep_for(40ms);
  const auto cost = f.sampler.stop();
  // The first and the last read are outside the loop; each one inside costs about five deadlines.
  EXPECT_GE(cost.missed, 4 * (cost.reads - 2));
  EXPECT_EQ(cost.unreadable, 0u) << "nothing new is no failure";
  EXPECT_GE(cost.reading, cost.reads * Seconds{0.005});
}

TEST(Sampler, HandsSpansOverWithEachHeartbeat) {
  Fixture f{std::make_unique<CountingSensor>(1ms), 5ms};
  const auto span = f.spans.open(f.spans.intern("run"), SpanKind::run);
  std::this_thread::sleep_for(60ms);
  EXPECT_EQ(f.writer.part().spans.size(), 1u);
  EXPECT_TRUE(f.writer.part().spans.open(0));
  f.spans.close(span);
  f.sampler.stop();
  EXPECT_FALSE(f.writer.part().spans.open(0));
  EXPECT_GE(f.writer.heartbeats(), 2);
}

TEST(Sampler, GoesOnWhenTheStoreFailsAndSaysSo) {
  Fixture f{std::make_unique<CountingSensor>(1ms), 5ms};
  f.writer.fail_heartbeats("disk full");
  std::this_thread::sleep_for(60ms);
  EXPECT_EQ(f.sampler.failure(), "disk full");
  const auto during = f.writer.part().timelines[0].size();
  f.writer.fail_heartbeats("");
  std::this_thread::sleep_for(60ms);
  f.sampler.stop();
  EXPECT_FALSE(f.sampler.failure());
  EXPECT_GT(f.writer.part().timelines[0].size(), during);
}

TEST(Sampler, MayBeDestroyedWithoutStop) { Fixture f{std::make_unique<CountingSensor>(1ms)}; }

}  // namespace
}  // namespace erg
