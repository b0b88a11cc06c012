// SPDX-License-Identifier: Apache-2.0
#include "erg/cpu_calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;

Channel channel(std::string name, std::string device, ChannelKind kind, double resolution) {
  Channel channel;
  channel.name = std::move(name);
  channel.device = std::move(device);
  channel.kind = kind;
  channel.resolution = resolution;
  return channel;
}

// Two sockets that together draw 40 W + 160 W x u^0.75, read every 20 ms, at one level of
// utilisation for each two seconds.
std::vector<Timeline> recording(std::span<const double> levels) {
  std::vector<Timeline> lines{
      Timeline{channel("energy", "cpu-0", ChannelKind::energy_counter, 1e-6)},
      Timeline{channel("energy", "cpu-1", ChannelKind::energy_counter, 1e-6)},
      Timeline{channel("utilisation", "cpu-0", ChannelKind::gauge, 1e-4)}};
  double energy_uj = 0;
  for (std::size_t i = 0; i <= 100 * levels.size(); ++i) {
    const double u = levels[i == 0 ? 0 : (i - 1) / 100];
    if (i > 0) energy_uj += 1e6 * (40 + 160 * std::pow(u, 0.75)) * 0.02;
    const Timestamp time = at(0.02 * static_cast<double>(i));
    lines[0].append(Sample{time, std::llround(0.75 * energy_uj)});
    lines[1].append(Sample{time, std::llround(0.25 * energy_uj)});
    lines[2].append(Sample{time, std::llround(u * 1e4)});
  }
  return lines;
}

std::vector<Interval> intervals(std::size_t count) {
  std::vector<Interval> all;
  for (std::size_t i = 0; i < count; ++i) {
    const double begin = 2 * static_cast<double>(i);
    all.push_back(between(begin, begin + 2));
  }
  return all;
}

TEST(CpuCalibration, FindsTheModelOfAllSocketsTogether) {
  constexpr double kLevels[] = {0.25, 0.5, 0.75, 0.01, 1};
  const auto model = calibrated_cpu(recording(kLevels), intervals(5));
  ASSERT_TRUE(model);
  EXPECT_NEAR(model->idle.value(), 40, 1);
  EXPECT_NEAR(model->max.value(), 200, 1);
  EXPECT_NEAR(model->exponent, 0.75, 0.03);
}

TEST(CpuCalibration, NeedsThreeLevelsAndAMeasuredCpuThatRests) {
  constexpr double kTwo[] = {0, 1};
  EXPECT_FALSE(calibrated_cpu(recording(kTwo), intervals(2)));
  constexpr double kBusy[] = {0.97, 0.98, 1};  // another program computes all the time
  EXPECT_FALSE(calibrated_cpu(recording(kBusy), intervals(3)));
  auto lines = recording(kBusy);
  lines.erase(lines.begin(), lines.begin() + 2);
  EXPECT_FALSE(calibrated_cpu(lines, intervals(3)));
}

TEST(CpuCalibration, LoadsEachPartOnce) {
  const HostClock clock;
  for (const Interval& level : load_parts_of_cpu(clock, Seconds{0.02})) {
    EXPECT_GE(level.length(), std::chrono::milliseconds{20});
  }
}

}  // namespace
}  // namespace erg
