// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

TEST(NvidiaSmi, ReadsAnyColumnsOfSeveralCards) {
  testing::TempTree tree;
  tree.write(
      "log.csv",
      "timestamp, name, uuid, power.draw [W], clocks.sm [MHz], temperature.gpu, "
      "power.limit [W], memory.used [MiB], pstate\n"
      "2023/07/08 19:00:00.000, RTX A5000, GPU-a, 100.50 W, 1500 MHz, 50, 230.00 W, 7 MiB, P0\n"
      "2023/07/08 19:00:00.001, RTX A5000, GPU-b, 200.00 W, 1600 MHz, 51, 230.00 W, 7 MiB, P0\n"
      "2023/07/08 19:00:02.000, RTX A5000, GPU-a, 100.50 W, 1500 MHz, 50, 230.00 W, 7 MiB, P0\n"
      "2023/07/08 19:00:02.001, RTX A5000, GPU-b, [Not Supported], 1600 MHz, 51, 230.00 W, 7 MiB, "
      "P0\n"
      "2023/07/08 19:00:01.000, RTX A5000, GPU-a, 1 W, 1500 MHz, 50, 230.00 W, 7 MiB, P0\n"
      "2023/07/08 19:00:04.001, RTX A5000, GPU-b, 200.00 W, 1600 MHz, 51, 230.00 W, 7 MiB, P0\n"
      "2023/07/08 19:00:06.0");
  ImportOptions options;
  options.utc_offset = std::chrono::hours{2};
  const auto all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"), options);
  ASSERT_EQ(all.runs.size(), 1u);
  const Part& part = all.part();
  ASSERT_EQ(part.header.devices.size(), 2u);
  EXPECT_EQ(part.header.devices[1].id, "GPU-b");
  EXPECT_EQ(part.header.devices[1].name, "RTX A5000");
  EXPECT_EQ(part.header.devices[1].power_limit, Watts{230});
  EXPECT_EQ(all.runs[0].header.start.time_since_epoch(), std::chrono::seconds{1688835600});
  ASSERT_EQ(part.timelines.size(), 8u);
  const Timeline& power_a = part.timelines[0];
  EXPECT_EQ(power_a.channel().name, "power");
  EXPECT_NEAR(power_a.energy(*power_a.covered())->value(), 201, 1e-9);
  EXPECT_EQ(part.timelines[1].channel().name, "temperature");
  EXPECT_EQ(part.timelines[2].value(0), 1500e6);
  const Timeline& power_b = part.timelines[4];
  EXPECT_EQ(power_b.channel().device, "GPU-b");
  EXPECT_EQ(power_b.size(), 2u);
  EXPECT_EQ(all.report.count("cells_missing"), 1u);
  EXPECT_EQ(all.report.count("time_backwards"), 1u);
  EXPECT_EQ(all.report.count("rows_malformed"), 1u);
}

TEST(NvidiaSmi, ARowWithoutPowerOrWithAnAbsurdOneIsAGap) {
  testing::TempTree tree;
  tree.write("log.csv", "power.draw [W]\n100.00 W\n[N/A]\n200.00 W\n99999999.0 W\n50 W\n");
  const auto all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  EXPECT_EQ(all.report.count("cells_missing"), 1u);
  EXPECT_EQ(all.report.count("power_absurd"), 1u);
  const Timeline& power = all.part().timelines.at(0);
  EXPECT_EQ(power.gaps().size(), 2u);
  EXPECT_FALSE(power.energy(*power.covered()));
  EXPECT_NEAR(power.energy_clamped(*power.covered()).value(), 350, 1e-9);
  EXPECT_EQ(Seconds{power.covered()->length()}, Seconds{5});
}

// Rows of 100 W, a second apart, at these seconds.
std::string rows_at(const std::vector<std::string>& times) {
  std::string text = "timestamp, power.draw [W]\n";
  for (const auto& time : times) text += time + ".000, 100.00 W\n";
  return text;
}

std::vector<std::string> seconds(int count) {
  std::vector<std::string> times;
  for (int i = 0; i < count; ++i) times.push_back("2023/07/08 19:00:" + std::to_string(10 + i));
  return times;
}

TEST(NvidiaSmi, AStampFarFromThoseAroundItIsNoTime) {
  for (const std::size_t place : {0u, 1u, 20u, 38u, 39u}) {
    for (const char* wrong : {"2033/07/08 19:00:00", "2013/07/08 19:00:00"}) {
      testing::TempTree tree;
      auto times = seconds(40);
      times[place] = wrong;
      tree.write("log.csv", rows_at(times));
      const auto all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
      EXPECT_EQ(all.report.count("time_absurd") + all.report.count("time_backwards"), 1u)
          << place << wrong;
      const Timeline& power = all.part().timelines.at(0);
      EXPECT_EQ(power.size(), 39u) << place << wrong;
      const double all_s = place == 0 || place == 39 ? 38 : 39;
      EXPECT_NEAR(power.energy(*power.covered())->value(), 100 * all_s, 1e-9) << place << wrong;
    }
  }
}

TEST(NvidiaSmi, ALongTimeWithoutARowIsAGap) {
  testing::TempTree tree;
  auto times = seconds(40);
  for (int i = 10; i < 20; ++i) times.push_back("2023/07/08 19:02:" + std::to_string(i));
  tree.write("log.csv", rows_at(times));
  auto all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  EXPECT_EQ(all.report.count("time_lost"), 1u);
  EXPECT_EQ(all.part().timelines.at(0).gaps().size(), 1u);
  EXPECT_FALSE(all.part().timelines[0].energy(*all.part().timelines[0].covered()));
  // A clock that is set back by an hour, and stays so: what follows is of no known time.
  times = seconds(20);
  for (int i = 30; i < 50; ++i) times.push_back("2023/07/08 18:00:" + std::to_string(i));
  tree.write("log.csv", rows_at(times));
  all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  EXPECT_EQ(all.report.count("time_backwards"), 20u);
  EXPECT_EQ(all.report.count("time_absurd"), 0u);
  EXPECT_EQ(all.part().timelines.at(0).size(), 20u);
}

TEST(NvidiaSmi, RowsWithoutTimesAreTakenForAPeriod) {
  testing::TempTree tree;
  tree.write("log.csv", "power.draw [W]\n100.00 W\n200.00 W\n");
  auto all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  const auto energy = [&] {
    const Timeline& timeline = all.part().timelines.at(0);
    return timeline.energy(*timeline.covered()).value();
  };
  EXPECT_EQ(all.report.count("rows_without_time"), 2u);
  EXPECT_NEAR(energy().value(), 300, 1e-9);
  ImportOptions options;
  options.period = Seconds{30};
  all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"), options);
  EXPECT_EQ(all.report.count("rows_without_time"), 0u);
  EXPECT_NEAR(energy().value(), 9000, 1e-9);
  tree.write("emissions.csv", "timestamp,duration,energy_consumed\n2023-11-20T23:29:40,100,0.1\n");
  all = import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  EXPECT_NEAR(energy().value(), 15000, 1e-6);
}

TEST(NvidiaSmi, RefusesWhatIsNoLog) {
  testing::TempTree tree;
  tree.write("a.csv", "timestamp, utilization.gpu [%]\n2023/07/08 19:00:00.000, 5 %\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::nvidia_smi, tree.path("a.csv")); }),
              HasSubstr("no column power.draw"));
  tree.write("b.csv", "timestamp, power.draw [W]\nyesterday, 5 W\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::nvidia_smi, tree.path("b.csv")); }),
              HasSubstr("not one row"));
  tree.write("c.csv", "");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::nvidia_smi, tree.path("c.csv")); }),
              HasSubstr("empty"));
}

}  // namespace
}  // namespace erg
