// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "erg/attribute.h"
#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;

AttributionOptions by(Grouping grouping) {
  AttributionOptions options;
  options.by = grouping;
  return options;
}

double watts_100(double) { return 100; }

PartBuilder gpu_and_host() {
  PartBuilder part;
  part.device(gpu()).device(host_device("cpu-0", DeviceKind::cpu));
  part.device(host_device("memory-0", DeviceKind::memory));
  part.samples(power_channel("GPU-1"), 0, 10, 0.02, watts_100);
  part.samples(energy_channel("cpu-0"), 0, 10, 0.1, [](double t) { return 50 * t; });
  part.samples(energy_channel("memory-0"), 0, 10, 0.1, [](double t) { return 10 * t; });
  part.span(SpanKind::run, "run", 0, 10);
  return part;
}

TEST(Devices, OfARunWithAGpuThePhasesAreTheGpusAndEachHostDeviceIsOneRow) {
  auto part = gpu_and_host();
  part.device_span(SpanKind::phase, "forward", 1, 4);
  part.span(SpanKind::phase, "forward", 0, 9);  // the host's: launch times, not the device's
  const auto result = attribute(run_of({part.build()}));
  ASSERT_EQ(result.rows.size(), 3u);
  EXPECT_NEAR(joules(row(result, "forward")), 300, 1e-9);
  EXPECT_EQ(row(result, "cpu-0")->kind, "device");
  EXPECT_NEAR(joules(row(result, "cpu-0")), 500, 1e-6);
  EXPECT_NEAR(joules(row(result, "memory-0")), 100, 1e-6);
  EXPECT_FALSE(row(result, "cpu-0")->time);
  EXPECT_NEAR(joules(&result.total), 1600, 1e-6);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
  EXPECT_EQ(row(result, "forward")->count, 1u);
}

TEST(Devices, WithoutAGpuCpuAndMemoryShareThePhases) {
  PartBuilder part;
  part.device(host_device("cpu-0", DeviceKind::cpu));
  part.device(host_device("memory-0", DeviceKind::memory));
  auto modelled = energy_channel("memory-0");
  modelled.provenance = Provenance::modelled;
  modelled.gain_u = 0.5;
  part.samples(energy_channel("cpu-0"), 0, 10, 0.1, [](double t) { return 50 * t; });
  part.samples(modelled, 0, 10, 0.1, [](double t) { return 10 * t; });
  part.span(SpanKind::run, "run", 0, 10).span(SpanKind::phase, "forward", 2, 4);
  const auto result = attribute(run_of({part.build()}));
  ASSERT_EQ(result.rows.size(), 1u);
  const auto& forward = result.rows[0];
  EXPECT_NEAR(joules(&forward), 120, 1e-6);
  EXPECT_NEAR(seconds(&forward), 2, 1e-9);
  EXPECT_EQ(forward.count, 1u);
  EXPECT_EQ(forward.device, "");  // several
  EXPECT_EQ(forward.energy->provenance, Provenance::modelled);
  EXPECT_NEAR(forward.energy->common_u, std::hypot(100 * 0.025, 20 * 0.5) / 120, 1e-6);
}

TEST(Devices, OneDeviceCanBeAskedFor) {
  auto part = gpu_and_host();
  part.span(SpanKind::phase, "forward", 0, 9).device_span(SpanKind::phase, "forward", 1, 4);
  AttributionOptions options;
  options.device = "cpu-0";
  const auto result = attribute(run_of({part.build()}), options);
  EXPECT_NEAR(joules(row(result, "forward")), 450, 1e-6);
  EXPECT_NEAR(joules(&result.total), 500, 1e-6);
  options.device = "cpu-7";
  try {
    attribute(run_of({part.build()}), options);
    FAIL();
  } catch (const AttributionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cpu-7"));
    EXPECT_THAT(error.what(), HasSubstr("memory-0"));
  }
}

TEST(Devices, ByDeviceEachIsARowOfTheWholeRun) {
  const auto result = attribute(run_of({gpu_and_host().build()}), by(Grouping::device));
  ASSERT_EQ(result.rows.size(), 3u);
  EXPECT_NEAR(joules(row(result, "GPU-1")), 1000, 1e-6);
  EXPECT_NEAR(seconds(row(result, "cpu-0")), 10, 1e-9);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

TEST(Devices, AnEpochHoldsTheEnergyOfAllDevices) {
  auto part = gpu_and_host();
  part.span(SpanKind::epoch, "epoch", 0, 5);
  const auto result = attribute(run_of({part.build()}), by(Grouping::epoch));
  EXPECT_NEAR(joules(row(result, "epoch 1")), 800, 1e-6);
  EXPECT_NEAR(seconds(row(result, "epoch 1")), 5, 1e-9);
}

TEST(Devices, AProcessUnderARunHasSpansAndTheRunHasSensors) {
  PartBuilder sensing{"one clock"}, training{"one clock"};
  sensing.device(gpu()).samples(power_channel("GPU-1"), 0, 10, 0.02, watts_100);
  sensing.span(SpanKind::run, "run", 0, 10);
  training.device(gpu()).span(SpanKind::run, "run", 1, 9);
  training.device_span(SpanKind::phase, "forward", 2, 5);
  const auto result = attribute(run_of({sensing.build(), training.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 300, 1e-6);
  EXPECT_NEAR(joules(&result.total), 1000, 1e-6);  // the card counts once
}

TEST(Devices, RanksOfDifferentHostsKeepTheirOwnReadings) {
  std::vector<Part> parts;
  for (const char* host : {"left", "right"}) {
    PartBuilder part{std::string{"clock of "} + host};
    part.device(gpu(std::string{"GPU-"} + host)).device(host_device("cpu-0", DeviceKind::cpu));
    part.samples(power_channel(std::string{"GPU-"} + host), 0, 10, 0.02, watts_100);
    part.samples(energy_channel("cpu-0"), 0, 10, 0.1, [](double t) { return 20 * t; });
    part.span(SpanKind::run, "run", 0, 10);
    part.device_span(SpanKind::phase, "forward", 2, 5);
    parts.push_back(part.build());
    parts.back().header.host = host;
  }
  const auto result = attribute(run_of(std::move(parts)));
  EXPECT_NEAR(joules(row(result, "forward")), 600, 1e-6);
  EXPECT_NEAR(seconds(row(result, "forward")), 3, 1e-9);  // both at once: it tiles the run
  EXPECT_EQ(row(result, "forward")->count, 2u);
  EXPECT_NEAR(joules(row(result, "left/cpu-0")), 200, 1e-6);
  EXPECT_NEAR(joules(row(result, "right/cpu-0")), 200, 1e-6);
  EXPECT_NEAR(joules(&result.total), 2400, 1e-6);
  // Two cards share no gain: the common part of their sum is smaller.
  EXPECT_NEAR(row(result, "forward")->energy->common_u, 0.025 / std::sqrt(2.0), 1e-6);
}

// Two hosts of two ranks, each rank with a card of its own and spans, each host with one CPU.
Run run_of_four_ranks() {
  std::vector<Part> parts;
  for (int rank = 0; rank < 4; ++rank) {
    const std::string host = rank < 2 ? "left" : "right";
    PartBuilder part{"clock of " + host};
    const std::string card = "GPU-" + std::to_string(rank);
    part.device(gpu(card)).samples(power_channel(card), 0, 10, 0.02, watts_100);
    if (rank % 2 == 0) {
      part.device(host_device("cpu-0", DeviceKind::cpu));
      part.samples(energy_channel("cpu-0"), 0, 10, 0.1, [](double t) { return 20 * t; });
    }
    part.span(SpanKind::run, "run", 0, 10).span(SpanKind::epoch, "epoch 0", 1, 9);
    parts.push_back(part.build());
    parts.back().header.host = host;
    parts.back().header.rank = rank;
  }
  return run_of(std::move(parts));
}

TEST(Ranks, HaveTheirOwnCardAndShareTheHostsCounterOfWhichThereIsOne) {
  const auto result = attribute(run_of_four_ranks(), by(Grouping::rank));
  ASSERT_EQ(result.rows.size(), 4u);
  for (int rank = 0; rank < 4; ++rank) {
    const auto* mine = row(result, "rank " + std::to_string(rank));
    EXPECT_NEAR(joules(mine), 1000 + 200 / 2.0, 1e-6);
    EXPECT_NEAR(seconds(mine), 10, 1e-9);  // they work at the same time
    EXPECT_EQ(mine->kind, "rank");
  }
  EXPECT_NEAR(joules(&result.total), 4400, 1e-6);
  EXPECT_NEAR(seconds(&result.total), 10, 1e-9);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

TEST(Ranks, AreGroupedByTheirHosts) {
  const auto result = attribute(run_of_four_ranks(), by(Grouping::host));
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_NEAR(joules(row(result, "left")), 2200, 1e-6);
  EXPECT_NEAR(joules(row(result, "right")), 2200, 1e-6);
  EXPECT_NEAR(seconds(row(result, "right")), 10, 1e-9);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

TEST(Ranks, AProcessThatOnlyMeasuresIsNone) {
  PartBuilder sensing{"clock"}, training{"clock"};
  sensing.device(host_device("cpu-0", DeviceKind::cpu)).span(SpanKind::run, "run", 0, 10);
  sensing.samples(energy_channel("cpu-0"), 0, 10, 0.1, [](double t) { return 20 * t; });
  training.span(SpanKind::run, "run", 1, 9).span(SpanKind::epoch, "epoch 0", 2, 8);
  std::vector<Part> parts{sensing.build(), training.build()};
  parts[1].header.rank = 1;
  const auto result = attribute(run_of(std::move(parts)), by(Grouping::rank));
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_NEAR(joules(row(result, "rank 1")), 200, 1e-6);
}

TEST(Devices, TwoRanksOnOneDeviceShareItsEnergy) {
  PartBuilder first{"clock"}, second{"clock"};
  first.device(gpu()).samples(power_channel("GPU-1"), 0, 10, 0.02, watts_100);
  first.span(SpanKind::run, "run", 0, 10).device_span(SpanKind::phase, "forward", 0, 10);
  second.device(gpu()).device_span(SpanKind::phase, "backward", 0, 10);
  const auto result = attribute(run_of({first.build(), second.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 500, 1e-6);
  EXPECT_NEAR(joules(row(result, "backward")), 500, 1e-6);
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

TEST(Devices, AGpuWithoutSpansOfItsOwnFollowsTheHostAndSaysSo) {
  auto part = gpu_and_host();
  part.span(SpanKind::phase, "forward", 1, 4);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 300, 1e-6);
  EXPECT_THAT(result.notes, Contains(HasSubstr("the host's are used")));
}

TEST(Devices, ABoardHoldsTheOthersAndIsNotAdded) {
  auto part = gpu_and_host();
  part.device(host_device("board-0", DeviceKind::board));
  part.samples(power_channel("board-0"), 0, 10, 0.1, [](double) { return 400; });
  const auto result = attribute(run_of({part.build()}), by(Grouping::device));
  EXPECT_NEAR(joules(&result.total), 1600, 1e-6);
  EXPECT_THAT(result.notes, Contains(HasSubstr("board-0")));
}

TEST(Channels, TheCounterCorrectsPowerThatAgreesWithIt) {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, 100, 0.02, watts_100);
  part.samples(energy_channel("GPU-1"), 0, 100, 10, [](double t) { return 101 * t; });
  part.span(SpanKind::run, "run", 0, 100).device_span(SpanKind::phase, "forward", 0, 50);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(&result.total), 10100, 1e-3);
  EXPECT_NEAR(joules(row(result, "forward")), 5050, 1e-3);
  EXPECT_NEAR(*result.closure, -1.0 / 101, 1e-6);
}

TEST(Channels, ACounterThatDisagreesIsToldApart) {
  for (const double wrong : {87.0, 0.0}) {  // 13 % off; standing still
    PartBuilder part;
    part.device(gpu()).samples(power_channel("GPU-1"), 0, 100, 0.02, watts_100);
    part.samples(energy_channel("GPU-1"), 0, 100, 10, [&](double t) { return wrong * t; });
    part.span(SpanKind::run, "run", 0, 100);
    const auto result = attribute(run_of({part.build()}), by(Grouping::run));
    EXPECT_NEAR(joules(&result.total), 10000, 1e-3);
    EXPECT_THAT(result.notes, Contains(HasSubstr("energy counter is -")));
  }
}

// As erg run records: the counter is read before the command begins and after it ended, no more.
PartBuilder with_counter_at_the_ends(double seconds, double counted_w) {
  PartBuilder part;
  part.device(gpu()).samples(power_channel("GPU-1"), 0, seconds, 0.02, watts_100);
  auto counter = energy_channel("GPU-1");
  counter.refresh = Seconds{0.1};
  part.samples(counter, 0, seconds, seconds, [=](double t) { return counted_w * t; });
  part.span(SpanKind::run, "run", 0.001, seconds - 0.001);
  return part;
}

TEST(Channels, ACounterReadOnlyAtTheEndsIsComparedToo) {
  const auto agrees = attribute(run_of({with_counter_at_the_ends(14, 101).build()}));
  EXPECT_NEAR(joules(&agrees.total) / (100 * 13.998), 1.01, 1e-3);
  const auto differs = attribute(run_of({with_counter_at_the_ends(14, 111).build()}));
  EXPECT_THAT(differs.notes, Contains(HasSubstr("energy counter is +11.0 %")));
  EXPECT_NEAR(joules(&differs.total), 100 * 13.998, 0.1);
}

TEST(Channels, TheEndsOfACounterAreNoDisagreementInAShortRun) {
  const auto result = attribute(run_of({with_counter_at_the_ends(1, 106).build()}));
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("energy counter"))));
  EXPECT_NEAR(joules(&result.total), 99.8, 0.1);
}

TEST(Channels, TheSensorThatSeesTheShortestSpansIsUsedForThem) {
  auto ring = power_channel("GPU-1", "power_ring");
  auto average = power_channel("GPU-1", "power_average");
  average.refresh = Seconds{0.1};
  average.window = Seconds{1};
  auto model = power_channel("GPU-1", "model");
  model.refresh = Seconds{0.001};
  model.provenance = Provenance::modelled;
  PartBuilder part;
  part.device(gpu());
  part.samples(average, 0, 11, 0.1, [](double) { return 90; });
  part.samples(ring, 0, 11, 0.02, watts_100);
  part.samples(model, 0, 11, 0.001, [](double) { return 150; });
  part.span(SpanKind::run, "run", 0, 10);
  const auto result = attribute(run_of({part.build()}), by(Grouping::run));
  EXPECT_NEAR(joules(&result.total), 1000, 1e-6);
}

TEST(Channels, ACounterAloneServesForSpans) {
  PartBuilder part;
  part.device(host_device("cpu-0", DeviceKind::cpu));
  part.samples(energy_channel("cpu-0"), 0.01, 9.99, 0.02,
               [](double t) { return 50 * std::min(t, 5.0) + 100 * std::max(0.0, t - 5); });
  part.span(SpanKind::run, "run", 0, 10).span(SpanKind::phase, "forward", 0.5, 5.0);
  const auto result = attribute(run_of({part.build()}));
  EXPECT_NEAR(joules(row(result, "forward")), 225, 0.5);
}

}  // namespace
}  // namespace erg
