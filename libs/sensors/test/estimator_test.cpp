// SPDX-License-Identifier: Apache-2.0
#include "erg/estimator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "erg/testing/temp_tree.h"
#include "proc_stat.h"

namespace erg {
namespace {

constexpr std::int64_t kGigabyte = std::int64_t{1} << 30;

EstimatorInput known() {
  EstimatorInput input;
  input.tdp = Watts{100};
  input.sockets = 2;
  input.share = 0.5;
  input.threads = 32;
  input.memory_bytes = 64 * kGigabyte;
  return input;
}

struct Expected {
  const char* name;
  double at_rest, at_half, at_full;
  Provenance provenance;
};

TEST(Estimator, EachFormulaAtRestHalfAndFullLoad) {
  // Ours takes the share of the two CPUs that this machine has; the others take all of both.
  for (const Expected& each :
       {Expected{"cpu_idle_max", 25, 25 + 75 * std::pow(0.5, 0.75), 100, Provenance::modelled},
        Expected{"codecarbon_constant", 100, 100, 100, Provenance::assumed},
        Expected{"codecarbon_load", 20, 200 * (0.1 + 0.9 / 8), 200, Provenance::modelled},
        Expected{"utilisation_tdp", 0, 100, 200, Provenance::modelled},
        Expected{"nominal_power", 200, 200, 200, Provenance::assumed},
        Expected{"memory_8gb", 24, 24, 24, Provenance::modelled},
        Expected{"codecarbon_dimm", 20, 20, 20, Provenance::assumed}}) {
    const auto estimator = make_estimator(each.name, known());
    ASSERT_TRUE(estimator) << each.name;
    EXPECT_NEAR(estimator->power(0).value(), each.at_rest, 1e-9) << each.name;
    EXPECT_NEAR(estimator->power(0.5).value(), each.at_half, 1e-9) << each.name;
    EXPECT_NEAR(estimator->power(1).value(), each.at_full, 1e-9) << each.name;
    EXPECT_EQ(estimator->power(7), estimator->power(1)) << each.name;
    EXPECT_EQ(estimator->provenance, each.provenance) << each.name;
  }
  EXPECT_FALSE(make_estimator("guess", known()));
}

TEST(Estimator, AnUnknownCpuIsSaidToBe) {
  EstimatorInput unknown;
  unknown.threads = 4;
  EXPECT_EQ(make_estimator("codecarbon_constant", unknown)->power(0.3), Watts{85});
  const auto ours = make_estimator("cpu_idle_max", unknown);
  EXPECT_EQ(ours->power(1), Watts{14});
  EXPECT_THAT(ours->formula, ::testing::HasSubstr("not in the table"));
  EXPECT_GT(ours->gain_u, make_estimator("cpu_idle_max", known())->gain_u);
}

TEST(Estimator, DimmsOfCodeCarbon) {
  const std::pair<int, int> kDimms[] = {{2, 1},    {4, 2},    {16, 2},    {24, 4},   {32, 4},
                                        {64, 4},   {128, 8},  {129, 9},   {256, 8},  {512, 8},
                                        {768, 12}, {1024, 8}, {2048, 16}, {8192, 32}};
  for (const auto& [gigabytes, dimms] : kDimms) {
    EXPECT_EQ(codecarbon_dimms(gigabytes * kGigabyte), dimms) << gigabytes;
  }
  EXPECT_EQ(codecarbon_dimm_power(1, false), Watts{10});
  EXPECT_EQ(codecarbon_dimm_power(4, false), Watts{20});
  EXPECT_EQ(codecarbon_dimm_power(8, false), Watts{38});
  EXPECT_EQ(codecarbon_dimm_power(16, false), Watts{70});
  EXPECT_EQ(codecarbon_dimm_power(32, false), Watts{126});
  EXPECT_EQ(codecarbon_dimm_power(1, true), Watts{3});
}

TEST(Calibrate, FindsTheModelBehindNoisyReadings) {
  const IdleMaxModel truth{Watts{40}, Watts{180}, 0.6};
  std::mt19937 random{7};
  std::normal_distribution<double> noise{0, 1};
  std::vector<UtilisationPower> readings;
  for (int i = 0; i <= 600; ++i) {
    const double u = i % 61 / 60.0;
    readings.push_back({u, truth.at(u) + Watts{noise(random)}});
  }
  const auto found = calibrate(readings);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->idle.value(), 40, 1);
  EXPECT_NEAR(found->max.value(), 180, 1);
  EXPECT_NEAR(found->exponent, 0.6, 0.03);
}

TEST(Calibrate, RefusesWhatTellsNothing) {
  EXPECT_FALSE(calibrate(std::vector<UtilisationPower>{{0, Watts{10}}, {1, Watts{20}}}));
  EXPECT_FALSE(
      calibrate(std::vector<UtilisationPower>{{0, Watts{20}}, {0.5, Watts{15}}, {1, Watts{10}}}));
}

TEST(ProcStat, ReadsTheFirstLine) {
  const auto ticks = parse_cpu_ticks("cpu  10 2 3 100 5 1 2 99 0 0\ncpu0 1 2 3 4\n");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->busy, 18U);
  EXPECT_EQ(ticks->idle, 105U);
  for (const char* bad : {"", "cpu", "cpu \n", "cpu 1 2 3\n", "cpu a b c d\n", "cpu0 1 2 3 4\n",
                          "cpu 1 2 3 4", "cpu -1 2 3 4\n", "cpu 1 2 99999999999999999999 4\n"}) {
    EXPECT_FALSE(parse_cpu_ticks(bad)) << bad;
  }
  EXPECT_TRUE(parse_cpu_ticks("cpu 1 2 3 4\n"));  // before Linux 2.6
}

TEST(ProcStat, UtilisationIsTheBusyShare) {
  EXPECT_DOUBLE_EQ(*utilisation({10, 100}, {40, 110}), 0.75);
  EXPECT_FALSE(utilisation({10, 100}, {10, 100}));
  EXPECT_FALSE(utilisation({10, 100}, {9, 200}));
  EXPECT_DOUBLE_EQ(*utilisation({10, 100}, {20, 99}), 1);  // iowait shrank
}

// Any text at all is a number of ticks or none; and what is cut or bent is never a crash.
TEST(ProcStat, BentTextNeverCrashes) {
  const std::string good = "cpu  4705 356 584 3699176 23060 0 277 0 0 0\n";
  std::mt19937 random{11};
  int parsed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bent = good.substr(0, random() % (good.size() + 1));
    for (std::uint32_t k = random() % 4; k > 0 && !bent.empty(); --k) {
      bent[random() % bent.size()] = static_cast<char>(random());
    }
    parsed += parse_cpu_ticks(bent).has_value();
  }
  EXPECT_GT(parsed, 100);
  EXPECT_LT(parsed, 19000);
}

class EstimatorSensorTest : public ::testing::Test {
 protected:
  void stat(int busy, int idle) {
    proc_.write("stat", "cpu  " + std::to_string(busy) + " 0 0 " + std::to_string(idle) + "\n");
  }
  EstimatorSensor sensor() {
    return {{{"energy", "cpu-0", *make_estimator("utilisation_tdp", known())},
             {"energy", "memory-0", *make_estimator("memory_8gb", known())}},
            "cpu-0",
            proc_.root()};
  }
  void read(Sensor& sensor) {
    for (Slot& slot : slots_) slot.clear();
    sensor.read(clock_, slots_);
  }
  void pass() { std::this_thread::sleep_for(std::chrono::milliseconds{20}); }

  testing::TempTree proc_;
  HostClock clock_;
  std::vector<Slot> slots_{3};
};

TEST_F(EstimatorSensorTest, EnergyIsPowerAtTheUtilisationBetweenReadsTimesTime) {
  stat(0, 0);
  EstimatorSensor sensor = this->sensor();
  read(sensor);
  ASSERT_EQ(slots_[0].samples.at(0).count, 0);
  EXPECT_EQ(slots_[2].absence, Absence::nothing_new);
  const Timestamp begin = slots_[0].samples[0].time;
  pass();
  stat(25, 75);
  read(sensor);
  const Seconds since = slots_[0].samples.at(0).time - begin;
  EXPECT_NEAR(static_cast<double>(slots_[0].samples[0].count), 50e6 * since.count(), 2);
  EXPECT_NEAR(static_cast<double>(slots_[1].samples.at(0).count), 24e6 * since.count(), 2);
  EXPECT_EQ(slots_[2].samples.at(0).count, 2500);
}

TEST_F(EstimatorSensorTest, AFailedReadLosesNothing) {
  stat(0, 0);
  EstimatorSensor sensor = this->sensor();
  read(sensor);
  const Timestamp begin = slots_[0].samples.at(0).time;
  proc_.write("stat", "garbage\n");
  read(sensor);
  EXPECT_TRUE(slots_[0].samples.empty());
  EXPECT_EQ(slots_[0].absence, Absence::failed);
  pass();
  stat(50, 50);
  read(sensor);
  const Seconds since = slots_[0].samples.at(0).time - begin;
  EXPECT_NEAR(static_cast<double>(slots_[0].samples[0].count), 100e6 * since.count(), 2);
}

TEST_F(EstimatorSensorTest, WithinATickTheLoadIsTakenAsItWas) {
  stat(0, 0);
  EstimatorSensor sensor = this->sensor();
  read(sensor);
  stat(50, 50);
  read(sensor);
  const Sample before = slots_[0].samples.at(0);
  pass();
  read(sensor);
  const Sample after = slots_[0].samples.at(0);
  EXPECT_NEAR(static_cast<double>(after.count - before.count),
              100e6 * Seconds{after.time - before.time}.count(), 2);
}

TEST_F(EstimatorSensorTest, NeedsProcStat) {
  EXPECT_THROW(sensor(), SensorUnavailable);
  proc_.write("stat", "intr 1 2 3\n");
  EXPECT_THROW(sensor(), SensorUnavailable);
}

}  // namespace
}  // namespace erg
