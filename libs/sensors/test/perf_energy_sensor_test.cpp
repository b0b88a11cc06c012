// SPDX-License-Identifier: Apache-2.0
#include "erg/perf_energy_sensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "erg/source_missing.h"
#include "erg/testing/temp_tree.h"
#include "perf_text.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PerfText, CpuLists) {
  EXPECT_THAT(parse_cpu_list("0\n"), ElementsAre(0));
  EXPECT_THAT(parse_cpu_list("0,28"), ElementsAre(0, 28));
  EXPECT_THAT(parse_cpu_list("1-3,8"), ElementsAre(1, 2, 3, 8));
  for (const char* bad : {"", "x", "3-1", "0-99999999", "-1", "0,,1", "1-"}) {
    EXPECT_THAT(parse_cpu_list(bad).size(), ::testing::Le(1U)) << bad;
  }
  EXPECT_THAT(parse_cpu_list("3-1"), IsEmpty());
}

TEST(PerfText, EventsAndScales) {
  EXPECT_EQ(parse_event("event=0x02"), 2U);
  EXPECT_EQ(parse_event("umask=0x1,event=0x1f"), 31U);
  EXPECT_FALSE(parse_event("event=2"));
  EXPECT_FALSE(parse_event("event=0x"));
  EXPECT_FALSE(parse_event("event=0xg"));
  EXPECT_DOUBLE_EQ(*parse_scale("2.3283064365386962890625e-10\n"), 0x1p-32);
  for (const char* bad : {"", "0", "-1", "nan", "inf", "1x"}) EXPECT_FALSE(parse_scale(bad)) << bad;
}

TEST(PerfText, BentTextNeverCrashes) {
  const std::string good = "0-3,8,event=0x02,2.3e-10";
  std::mt19937 random{5};
  for (int i = 0; i < 20000; ++i) {
    std::string bent = good.substr(random() % good.size());
    for (int k = 0; k < 3; ++k) bent[random() % bent.size()] = static_cast<char>(random());
    EXPECT_LE(parse_cpu_list(bent).size(), 4096U);
    EXPECT_GT(parse_scale(bent).value_or(1), 0);
    parse_event(bent);
  }
}

// The kernel's own CPU clock (nanoseconds, type 1, event 0) plays a counter of one watt: the system
// call, the descriptor and the reading are real.
class PerfEnergySensorTest : public ::testing::Test {
 protected:
  PerfEnergySensorTest() {
    tree_.write("power/type", "1\n");
    tree_.write("power/cpumask", "0\n");
    event("energy-pkg", "event=0x00", "1e-9", "Joules");
  }
  void event(const std::string& name, const std::string& config, const std::string& scale,
             const std::string& unit) {
    tree_.write("power/events/" + name, config + "\n");
    tree_.write("power/events/" + name + ".scale", scale + "\n");
    tree_.write("power/events/" + name + ".unit", unit + "\n");
  }
  std::vector<std::string> names(bool every_channel) {
    std::vector<std::string> found;
    const PerfEnergySensor sensor{tree_.root(), every_channel};
    for (const Channel& each : sensor.channels()) {
      found.push_back(each.device + "/" + each.name);
    }
    return found;
  }
  // Empty when this machine lets us open the clock at all.
  std::string barrier() {
    try {
      PerfEnergySensor{tree_.root()};
      return "";
    } catch (const SourceMissing& error) {
      return error.what();
    }
  }

  testing::TempTree tree_;
};

TEST_F(PerfEnergySensorTest, CountsFromItsFirstRead) {
  if (const auto why = barrier(); !why.empty()) GTEST_SKIP() << why;
  PerfEnergySensor sensor{tree_.root()};
  const HostClock clock;
  std::vector<Slot> slots(1);
  sensor.read(clock, slots);
  const Sample first = slots[0].samples.at(0);
  EXPECT_EQ(first.count, 0);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{50};
  while (std::chrono::steady_clock::now() < until) {
  }
  slots[0].clear();
  sensor.read(clock, slots);
  const Sample second = slots[0].samples.at(0);
  const double seconds = Seconds{second.time - first.time}.count();
  EXPECT_NEAR(static_cast<double>(second.count) * 1e-9, seconds, 0.2 * seconds);
}

TEST_F(PerfEnergySensorTest, PartsOnlyWhereAskedAndNothingWithoutJoules) {
  event("energy-cores", "event=0x00", "1e-9", "Joules");
  event("energy-psys", "event=0x00", "1e-9", "Joules");
  event("energy-ram", "event=0x00", "1e-9", "Furlongs");
  if (const auto why = barrier(); !why.empty()) GTEST_SKIP() << why;
  EXPECT_THAT(names(false), ElementsAre("cpu-0/energy", "board-0/energy"));
  EXPECT_THAT(names(true), ElementsAre("cpu-0/energy", "cpu-0/energy_core", "board-0/energy"));
}

TEST_F(PerfEnergySensorTest, SaysWhatTheKernelRefuses) {
  tree_.write("power/type", "4000000000\n");
  EXPECT_THAT(barrier(), HasSubstr("perf does not open power/energy-pkg/"));
  tree_.write("power/type", "what\n");
  EXPECT_THAT(barrier(), HasSubstr("names no energy in joules"));
  EXPECT_THROW(PerfEnergySensor{tree_.path("absent")}, SourceMissing);
}

}  // namespace
}  // namespace erg
