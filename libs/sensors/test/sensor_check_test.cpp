// SPDX-License-Identifier: Apache-2.0
#include "erg/sensor_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>

#include "erg/cpu_load.h"
#include "erg/testing/at.h"

namespace erg {
namespace {

using testing::at;
using testing::between;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A device that draws 60 W idle and 260 W under load, and its sensors.
class Simulated {
 public:
  Simulated() {
    for (int i = 0; i < 20; ++i) wave.push_back(between(5 + i * 0.83, 5.4 + i * 0.83));
    schedule = {between(0.5, 4.5), wave, between(25, 34), between(35, 38)};
  }

  double power_w(double t) const {
    for (const Interval& each : wave) {
      if (each.contains(at(t))) return 260;
    }
    return schedule.steady.contains(at(t)) ? 260 : 60;
  }
  double mean_w(double begin, double end) const {
    double sum = 0;
    constexpr int kSteps = 40;
    for (int i = 0; i < kSteps; ++i) sum += power_w(begin + (i + 0.5) * (end - begin) / kSteps);
    return sum / kSteps;
  }

  Timeline power(double refresh, double window, double delay, double noise_w) {
    Channel channel;
    channel.name = "power";
    channel.device = "gpu";
    channel.kind = ChannelKind::windowed_power;
    channel.unit = Unit::watt;
    channel.resolution = 1e-3;
    Timeline line{channel};
    std::normal_distribution<double> noise{0, noise_w};
    for (double t = 0; t < 40; t += refresh) {
      const double watts =
          mean_w(t - delay - window, t - delay) + (noise_w > 0 ? noise(random_) : 0);
      line.append(Sample{at(t), std::llround(watts * 1000)});
    }
    return line;
  }
  Timeline counter(double every, double gain) {
    Channel channel;
    channel.name = "energy";
    channel.device = "gpu";
    channel.kind = ChannelKind::energy_counter;
    channel.unit = Unit::joule;
    channel.resolution = 1e-3;
    Timeline line{channel};
    double joules = 0, since = 0;
    for (double t = 0; t < 40; t += 0.005) {
      joules += gain * power_w(t) * 0.005;
      if (t - since < every && t > 0) continue;
      since = t;
      line.append(Sample{at(t), std::llround(joules * 1000)});
    }
    return line;
  }

  std::vector<Interval> wave;
  LoadSchedule schedule;

 private:
  std::mt19937 random_{3};
};

struct Truth {
  double refresh, window, delay;
};

class ResponseTest : public ::testing::TestWithParam<Truth> {};

TEST_P(ResponseTest, FindsWindowAndDelayBehindTheNoise) {
  const Truth& truth = GetParam();
  Simulated device;
  const Timeline line = device.power(truth.refresh, truth.window, truth.delay, 3);
  const auto response = measured_response(line, device.wave);
  ASSERT_TRUE(response);
  EXPECT_NEAR(response->window.count(), truth.window, 0.012 + 0.03 * truth.window);
  EXPECT_NEAR(response->delay.count(), truth.delay, 0.012);
  EXPECT_LT(response->misfit, 0.05);
  EXPECT_NEAR(measured_refresh(line)->count(), truth.refresh, 0.001);
}

INSTANTIATE_TEST_SUITE_P(Sensors, ResponseTest,
                         ::testing::Values(Truth{0.02, 0.02, 0.015}, Truth{0.1, 0.025, 0.05},
                                           Truth{0.1, 0.1, 0.1}, Truth{0.1, 1.0, 0.02},
                                           Truth{0.05, 0.3, 0.2}));

TEST(MeasuredResponse, IsNothingWhereTheLoadIsNotSeen) {
  Simulated device;
  const Timeline line = device.power(0.02, 0.02, 0, 0);
  std::vector<Interval> elsewhere{between(39, 39.5)};
  EXPECT_FALSE(measured_response(line, elsewhere));
  EXPECT_FALSE(measured_response(device.counter(0.1, 1), device.wave));
  EXPECT_FALSE(measured_response(line, {}));
}

TEST(MeasuredNoise, IsThatOfOneReading) {
  Simulated device;
  EXPECT_NEAR(measured_noise(device.power(0.02, 0.02, 0, 4), device.schedule.steady)->value(), 4,
              0.5);
  EXPECT_FALSE(measured_noise(device.power(2, 0.02, 0, 4), device.schedule.steady));
}

TEST(MeasuredRefresh, SeesThroughRepeatedReadings) {
  Channel channel;
  channel.kind = ChannelKind::windowed_power;
  Timeline line{channel};
  for (int i = 0; i < 500; ++i) line.append(Sample{at(0.01 * i), i / 10});
  EXPECT_NEAR(measured_refresh(line)->count(), 0.1, 1e-9);
  Timeline still{channel};
  for (int i = 0; i < 500; ++i) still.append(Sample{at(0.01 * i), 7});
  EXPECT_FALSE(measured_refresh(still));
}

TEST(Disagreement, OfACounterFromPower) {
  Simulated device;
  const Timeline power = device.power(0.02, 0.02, 0, 0);
  const Interval all = between(0, 40);
  EXPECT_NEAR(*disagreement(device.counter(10, 1), power, all), 0, 0.003);
  EXPECT_NEAR(*disagreement(device.counter(10, 0.87), power, all), -0.13, 0.003);
  EXPECT_FALSE(disagreement(device.counter(50, 1), power, all));
  Timeline broken = power;
  broken.append(Gap{between(12, 13), GapReason::overrun});
  EXPECT_FALSE(disagreement(device.counter(10, 1), broken, all));
}

TEST(ProfileChannel, PutsItAllTogetherAndWarns) {
  Simulated device;
  const Timeline power = device.power(0.02, 0.02, 0.01, 2), good = device.counter(1, 1),
                 bad = device.counter(1, 0.95);
  const ChannelProfile profile = profile_channel(power, device.schedule, &good);
  EXPECT_NEAR(profile.idle_cold->value(), 60, 1);
  EXPECT_NEAR(profile.idle_hot->value(), 60, 1);
  EXPECT_NEAR(profile.load->value(), 260, 1);
  EXPECT_THAT(warnings(profile), IsEmpty());
  const ChannelProfile warned = profile_channel(power, device.schedule, &bad);
  EXPECT_THAT(warnings(warned), SizeIs(1));
  EXPECT_FALSE(profile_channel(good, device.schedule, &good).disagreement);
}

TEST(UtilisationPowers, PairUtilisationWithThePowerOfItsTime) {
  Channel gauge;
  gauge.resolution = 1e-4;
  Timeline utilisation{gauge};
  Channel counter;
  counter.kind = ChannelKind::energy_counter;
  Timeline energy{counter};
  const IdleMaxModel truth{Watts{20}, Watts{120}, 0.7};
  double joules = 0;
  for (int i = 0; i <= 100; ++i) {
    const double u = i / 100.0;
    if (i > 0) joules += truth.at(u).value() * 10;
    utilisation.append(Sample{at(10.0 * i), std::llround(u * 1e4)});
    energy.append(Sample{at(10.0 * i), std::llround(joules)});
  }
  const auto model = calibrate(utilisation_powers(utilisation, energy));
  ASSERT_TRUE(model);
  EXPECT_NEAR(model->idle.value(), 20, 1);
  EXPECT_NEAR(model->max.value(), 120, 1);
  EXPECT_NEAR(model->exponent, 0.7, 0.02);
}

double process_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

TEST(CpuLoad, WorksWhenOnAndSleepsWhenOff) {
  CpuLoad load{1};
  const HostClock clock;
  const double idle = process_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds{60});
  const double before = process_seconds();
  const auto on = square_wave(load, clock, std::chrono::milliseconds{40}, 3);
  const double after = process_seconds();
  EXPECT_LT(before - idle, 0.02);
  EXPECT_GT(after - before, 0.02);
  ASSERT_EQ(on.size(), 3U);
  EXPECT_GE(on[0].length(), std::chrono::milliseconds{40});
  EXPECT_LT(on[0].end, on[1].begin);
}

}  // namespace
}  // namespace erg
