// SPDX-License-Identifier: Apache-2.0
#include "random_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace erg::testing {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}
  std::int64_t roll(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(engine_);
  }
  double real() { return std::normal_distribution<double>{0, 1000}(engine_); }
  bool toss() { return roll(0, 1) == 1; }
  std::optional<double> maybe() {
    if (toss()) return std::nullopt;
    return real();
  }
  std::string word() {
    static constexpr const char* kWords[] = {
        "",         "a",        "Übung 7", "o'brien; DROP TABLE runs", "\"x\"", "two\nlines",
        "backward", "Conv2d_0", "%s$1"};
    return kWords[roll(0, 8)] + std::to_string(roll(0, 99));
  }

 private:
  std::mt19937_64 engine_;
};

Timestamp at_ns(std::int64_t ns) { return Timestamp{Nanoseconds{ns}}; }

Channel random_channel(Dice& dice, int number) {
  Channel channel;
  channel.name = dice.word() + "#" + std::to_string(number);
  channel.device = dice.word();
  channel.kind = ChannelKind(dice.roll(0, 2));
  channel.unit = Unit(dice.roll(0, 5));
  channel.resolution = dice.toss() ? 0.001 : 1e-6 * static_cast<double>(dice.roll(1, 1000));
  channel.refresh = Seconds{dice.real()};
  channel.window = Seconds{dice.real()};
  channel.delay = Seconds{dice.real()};
  channel.gain_u = dice.real();
  channel.noise_u = dice.real();
  channel.provenance = Provenance(dice.roll(0, 4));
  channel.method = dice.word();
  return channel;
}

Timeline random_timeline(Dice& dice, const Channel& channel) {
  Timeline timeline{channel};
  std::int64_t time = dice.roll(-200'000'000'000, 200'000'000'000);
  std::int64_t count = dice.roll(-5'000'000, 5'000'000);
  const std::int64_t period = dice.roll(1, 3) == 1 ? 40'000'000'000 : 20'000'000;
  for (std::int64_t left = dice.roll(0, period > 1'000'000'000 ? 90 : 9000); left > 0; --left) {
    timeline.append({at_ns(time), count});
    time += dice.roll(1, 100) == 1 ? dice.roll(1, 90'000'000'000) : period + dice.roll(0, 5000);
    count +=
        channel.kind == ChannelKind::energy_counter ? dice.roll(0, 9000) : dice.roll(-3000, 3000);
    if (dice.roll(1, 500) == 1) count += dice.roll(0, std::int64_t{1} << 50U);
  }
  for (std::int64_t left = dice.roll(0, 3); left > 0; --left) {
    const std::int64_t begin = dice.roll(0, 1000);
    timeline.append(
        Gap{{at_ns(begin), at_ns(begin + dice.roll(0, 9))}, GapReason(dice.roll(0, 3))});
  }
  return timeline;
}

SpanTable random_spans(Dice& dice) {
  SpanTable table;
  for (std::int64_t left = dice.roll(1, 20); left > 0; --left) table.intern(dice.word());
  for (std::int64_t left = dice.roll(0, 9000); left > 0; --left) {
    Span span;
    span.name =
        static_cast<NameId>(dice.roll(0, static_cast<std::int64_t>(table.names().size()) - 1));
    span.kind = SpanKind(dice.roll(0, 6));
    span.pass = Pass(dice.roll(0, 2));
    span.clock = SpanClock(dice.roll(0, 1));
    if (dice.toss()) span.device = static_cast<std::uint16_t>(dice.roll(0, 9));
    const auto size = static_cast<std::int64_t>(table.size());
    if (size > 0 && dice.toss()) span.parent = static_cast<SpanIndex>(dice.roll(0, size - 1));
    const std::int64_t begin = dice.roll(-1000, 1'000'000'000'000);
    span.interval = {at_ns(begin), at_ns(begin + dice.roll(0, 1'000'000'000))};
    table.append(span);
  }
  return table;
}

Part random_part(Dice& dice, int rank) {
  Part part;
  part.header = {rank,
                 dice.word(),
                 dice.roll(1, 99999),
                 dice.word(),
                 Nanoseconds{dice.roll(0, 1LL << 60)},
                 UtcTime{Nanoseconds{dice.roll(0, 1LL << 60)}},
                 {},
                 {}};
  for (std::int64_t left = dice.roll(0, 3); left > 0; --left) {
    Device device{dice.word() + std::to_string(left),
                  DeviceKind(dice.roll(0, 3)),
                  dice.word(),
                  dice.word(),
                  std::nullopt,
                  std::nullopt};
    if (dice.toss()) device.power_limit = Watts{dice.real()};
    if (dice.toss()) device.power_limit_max = Watts{dice.real()};
    part.header.devices.push_back(device);
  }
  const auto channels = static_cast<int>(dice.roll(0, 4));
  for (int i = 0; i < channels; ++i) {
    part.header.channels.push_back(random_channel(dice, i));
    part.timelines.push_back(random_timeline(dice, part.header.channels.back()));
  }
  part.spans = random_spans(dice);
  for (std::int64_t left = dice.roll(0, 5); left > 0; --left) {
    part.blocks.push_back({dice.word(),
                           static_cast<std::int32_t>(dice.roll(0, 5)),
                           {at_ns(dice.roll(0, 10)), at_ns(dice.roll(10, 99))},
                           dice.roll(0, 100),
                           Seconds{dice.real()},
                           Seconds{dice.real()},
                           dice.maybe(),
                           dice.word()});
  }
  part.cost = {static_cast<std::uint64_t>(dice.roll(0, 1 << 30)),
               static_cast<std::uint64_t>(dice.roll(0, 9)),
               static_cast<std::uint64_t>(dice.roll(0, 9)), Seconds{dice.real()}};
  for (std::int64_t left = dice.roll(0, 3); left > 0; --left) part.notes.push_back(dice.word());
  return part;
}

BreakdownRow random_row(Dice& dice) {
  BreakdownRow row{dice.word(),
                   dice.word(),
                   Pass(dice.roll(0, 2)),
                   dice.word(),
                   static_cast<std::uint64_t>(dice.roll(0, 1 << 30)),
                   std::nullopt,
                   std::nullopt,
                   dice.word()};
  if (dice.toss()) {
    row.time = TimeEstimate{Seconds{dice.real()}, Seconds{dice.real()}, dice.real(),
                            Provenance(dice.roll(0, 4))};
  }
  if (dice.toss()) {
    row.energy = EnergyEstimate{Joules{dice.real()}, Joules{dice.real()}, dice.real(),
                                Provenance(dice.roll(0, 4))};
  }
  return row;
}

Breakdown random_breakdown(Dice& dice, int number) {
  Breakdown breakdown;
  breakdown.by = Grouping(number);
  breakdown.method = dice.word();
  breakdown.device = dice.word();
  for (std::int64_t left = dice.roll(0, 9); left > 0; --left) {
    breakdown.rows.push_back(random_row(dice));
  }
  breakdown.unattributed = random_row(dice);
  breakdown.total = random_row(dice);
  breakdown.closure = dice.maybe();
  if (dice.toss()) {
    for (std::size_t left = breakdown.rows.size() * breakdown.rows.size(); left > 0; --left) {
      breakdown.covariance_j2.push_back(dice.real());
    }
  }
  for (std::int64_t left = dice.roll(0, 3); left > 0; --left)
    breakdown.notes.push_back(dice.word());
  return breakdown;
}

void expect_same_row(const BreakdownRow& expected, const BreakdownRow& got) {
  EXPECT_EQ(std::tie(expected.name, expected.kind, expected.pass, expected.device, expected.count),
            std::tie(got.name, got.kind, got.pass, got.device, got.count));
  EXPECT_EQ(expected.method, got.method);
  EXPECT_EQ(expected.time, got.time);
  EXPECT_EQ(expected.energy, got.energy);
}

void expect_same_part(const Part& expected, const Part& got) {
  EXPECT_EQ(expected.header, got.header);
  EXPECT_EQ(expected.blocks, got.blocks);
  EXPECT_EQ(expected.notes, got.notes);
  EXPECT_EQ(expected.cost.reads, got.cost.reads);
  EXPECT_EQ(expected.cost.missed, got.cost.missed);
  EXPECT_EQ(expected.cost.unreadable, got.cost.unreadable);
  EXPECT_EQ(expected.cost.reading, got.cost.reading);
  ASSERT_EQ(expected.timelines.size(), got.timelines.size());
  for (std::size_t i = 0; i < expected.timelines.size(); ++i) {
    const auto& a = expected.timelines[i];
    const auto& b = got.timelines[i];
    EXPECT_EQ(a.channel(), b.channel());
    EXPECT_TRUE(std::ranges::equal(a.times(), b.times())) << "times of channel " << i;
    EXPECT_TRUE(std::ranges::equal(a.counts(), b.counts())) << "counts of channel " << i;
    EXPECT_TRUE(std::ranges::equal(a.gaps(), b.gaps())) << "gaps of channel " << i;
  }
  ASSERT_EQ(expected.spans.size(), got.spans.size());
  EXPECT_TRUE(std::ranges::equal(expected.spans.names(), got.spans.names()));
  for (SpanIndex i = 0; i < expected.spans.size(); ++i) {
    ASSERT_EQ(expected.spans[i], got.spans[i]) << "span " << i;
  }
}

}  // namespace

Run random_run(std::uint64_t seed) {
  Dice dice{seed};
  Run run;
  run.header.id = RunId::from_text("random run " + std::to_string(seed));
  run.header.name = dice.word();
  run.header.start = UtcTime{Nanoseconds{dice.roll(0, 2'000'000'000'000'000'000)}};
  auto& around = run.header.environment;
  for (std::int64_t left = dice.roll(0, 4); left > 0; --left) around.command.push_back(dice.word());
  for (std::int64_t left = dice.roll(0, 4); left > 0; --left) {
    around.versions[dice.word()] = dice.word();
    around.tags[dice.word()] = dice.word();
  }
  around.os = dice.word();
  around.cpu = dice.word();
  around.cpu_threads = dice.roll(0, 128);
  around.memory_bytes = dice.roll(0, 1LL << 50);
  around.workload = {
      dice.word(),       dice.word(),      dice.word(),
      dice.roll(0, 512), dice.roll(0, 90), dice.roll(0, 10000),
      dice.word(),       dice.word(),      static_cast<std::uint64_t>(dice.roll(-9, 9))};
  run.status = RunStatus(dice.roll(1, 3));
  const auto parts = static_cast<int>(dice.roll(0, 3));
  for (int rank = 0; rank < parts; ++rank) run.parts.push_back(random_part(dice, rank));
  const auto epochs = static_cast<std::int32_t>(dice.roll(0, 5));
  for (std::int32_t epoch = 0; epoch < epochs; ++epoch) {
    run.epochs.push_back({epoch, dice.maybe(), dice.maybe(), dice.maybe(), dice.maybe()});
  }
  if (dice.toss()) run.exit_status = static_cast<int>(dice.roll(-1, 255));
  for (int i = 0; i < 7; ++i) {
    if (dice.toss()) run.breakdowns.push_back(random_breakdown(dice, i));
  }
  return run;
}

void expect_same(const Breakdown& expected, const Breakdown& got) {
  EXPECT_EQ(expected.by, got.by);
  EXPECT_EQ(expected.method, got.method);
  EXPECT_EQ(expected.device, got.device);
  EXPECT_EQ(expected.closure, got.closure);
  EXPECT_EQ(expected.covariance_j2, got.covariance_j2);
  EXPECT_EQ(expected.notes, got.notes);
  expect_same_row(expected.unattributed, got.unattributed);
  expect_same_row(expected.total, got.total);
  ASSERT_EQ(expected.rows.size(), got.rows.size());
  for (std::size_t i = 0; i < expected.rows.size(); ++i) {
    expect_same_row(expected.rows[i], got.rows[i]);
  }
}

void expect_same(const Run& expected, const Run& got) {
  EXPECT_EQ(expected.header, got.header);
  EXPECT_EQ(expected.status, got.status);
  EXPECT_EQ(expected.exit_status, got.exit_status);
  EXPECT_EQ(expected.epochs, got.epochs);
  ASSERT_EQ(expected.parts.size(), got.parts.size());
  for (std::size_t i = 0; i < expected.parts.size(); ++i) {
    expect_same_part(expected.parts[i], got.parts[i]);
  }
  ASSERT_EQ(expected.breakdowns.size(), got.breakdowns.size());
  for (std::size_t i = 0; i < expected.breakdowns.size(); ++i) {
    expect_same(expected.breakdowns[i], got.breakdowns[i]);
  }
}

}  // namespace erg::testing
