// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

std::string sample(const std::string& time, const std::string& elapsed, int cpu_mw, int gpu_mw) {
  return "*** Sampled system activity (Sun Oct 22 " + time + " 2023 +0200) (" + elapsed +
         "ms elapsed) ***\n\n**** Processor usage ****\n\nCPU Power: " + std::to_string(cpu_mw) +
         " mW\nGPU Power: " + std::to_string(gpu_mw) +
         " mW\nANE Power: 0 mW\nCombined Power (CPU + GPU + ANE): " +
         std::to_string(cpu_mw + gpu_mw) + " mW\n\n**** GPU usage ****\n\nGPU Power: 99999 mW\n\n";
}

const std::string kTop = "Machine model: MacBookPro17,1\nOS version: 23A344\n\n";

double energy(const Part& part, std::size_t channel) {
  return part.timelines.at(channel).energy_clamped(*part.timelines.at(channel).covered()).value();
}

TEST(Powermetrics, EnergyIsPowerTimesElapsedTime) {
  testing::TempTree tree;
  tree.write("pm.txt", kTop + sample("14:38:08", "1000.50", 1000, 100) +
                           sample("14:38:09", "999.50", 2000, 300));
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  ASSERT_EQ(all.runs.size(), 1u);
  const Part& part = all.part();
  ASSERT_EQ(part.header.devices.size(), 3u);
  EXPECT_EQ(part.header.devices[1].id, "cpu-0");
  EXPECT_NEAR(energy(part, 0), 0, 1e-9);
  EXPECT_NEAR(energy(part, 1), 1.0005 + 1.999, 1e-7);
  EXPECT_NEAR(energy(part, 2), 0.10005 + 0.29985, 1e-7);
  EXPECT_EQ(Seconds{extent(part)->length()}, Seconds{2});
  EXPECT_EQ(all.report.warnings.size(), 0u);
}

TEST(Powermetrics, ALogCutInTheMiddleLosesItsLastSample) {
  testing::TempTree tree;
  const std::string first = kTop + sample("14:38:08", "1000", 1000, 100);
  const std::string second = sample("14:38:09", "1000", 2000, 300);
  for (std::size_t cut = 1; cut < second.find("Combined"); cut += 7) {
    tree.write("pm.txt", first + second.substr(0, cut));
    const auto all = import_all(ImportFormat::powermetrics, tree.root());
    EXPECT_NEAR(energy(all.part(), 1), 1, 1e-9) << cut;
  }
}

TEST(Powermetrics, TimeBetweenSamplesIsAGap) {
  testing::TempTree tree;
  tree.write("pm.txt", kTop + sample("14:38:08", "1000", 1000, 100) +
                           sample("14:48:08", "1000", 1000, 100) +
                           sample("14:38:00", "1000", 1000, 100));
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  EXPECT_EQ(all.report.count("time_lost"), 1u);
  EXPECT_EQ(all.report.count("time_backwards"), 1u);
  EXPECT_EQ(all.part().timelines[1].gaps().size(), 1u);
  EXPECT_NEAR(energy(all.part(), 1), 3, 1e-9);
}

// What is not known of a device is neither energy nor none.
TEST(Powermetrics, APowerThatASampleLacksIsAGap) {
  testing::TempTree tree;
  std::string absurd = sample("14:38:10", "1000", 3000, 100);
  absurd.replace(absurd.find("3000"), 4, "99999999999999");
  tree.write("pm.txt", kTop + sample("14:38:08", "1000", 1000, 100) +
                           "*** Sampled system activity (Sun Oct 22 14:38:09 2023 +0200) "
                           "(1000ms elapsed) ***\nGPU Power: 100 mW\nANE Power: 0 mW\n"
                           "Combined Power (CPU + GPU + ANE): 1100 mW\n" +
                           absurd + sample("14:38:11", "1000", 500, 100));
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  EXPECT_EQ(all.report.count("power_missing"), 2u);
  EXPECT_EQ(all.report.count("power_absurd"), 1u);
  const Timeline& cpu = all.part().timelines[1];
  EXPECT_EQ(cpu.gaps().size(), 2u);
  EXPECT_FALSE(cpu.energy(*cpu.covered()));
  EXPECT_NEAR(energy(all.part(), 1), 1.5, 1e-9);
  const Timeline& gpu = all.part().timelines[2];
  EXPECT_TRUE(gpu.gaps().empty());
  EXPECT_NEAR(energy(all.part(), 2), 0.4, 1e-9);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(Powermetrics, CombinedPowerChecksItsParts) {
  testing::TempTree tree;
  const std::string good = sample("14:38:08", "1000", 1000, 100);
  tree.write("pm.txt",
             kTop + good +
                 replaced(sample("14:38:09", "1000", 1000, 100), ": 1100 mW", ": 1109 mW") +
                 replaced(sample("14:38:10", "1000", 1000, 100), ": 1100 mW", ": 5000 mW") +
                 replaced(sample("14:38:11", "1000", 1000, 100), ": 1100 mW", ": -1100 mW") +
                 replaced(sample("14:38:12", "1000", 1000, 100), ": 1100 mW", ": 99999999 mW"));
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  EXPECT_EQ(all.report.count("power_disagrees"), 1u);
  EXPECT_EQ(all.report.count("power_absurd"), 2u);
  EXPECT_NEAR(energy(all.part(), 1), 5, 1e-9);
  EXPECT_TRUE(all.part().notes.empty());
}

TEST(Powermetrics, CombinedPowerAloneIsADevice) {
  testing::TempTree tree;
  std::string text = kTop;
  for (const char* time : {"14:38:08", "14:38:09"}) {
    text += "*** Sampled system activity (Sun Oct 22 " + std::string{time} +
            " 2023 +0200) (1000ms elapsed) ***\nCombined Power (CPU + GPU + ANE): 1500 mW\n";
  }
  tree.write("pm.txt", text);
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  ASSERT_EQ(all.part().header.devices.size(), 1u);
  EXPECT_EQ(all.part().header.devices[0].id, "combined-0");
  EXPECT_NEAR(energy(all.part(), 0), 3, 1e-9);
}

// A total without the largest part would be a wrong one.
TEST(Powermetrics, ADeviceWithoutAnyGoodPowerIsKeptAsAGap) {
  testing::TempTree tree;
  tree.write("pm.txt",
             kTop +
                 replaced(sample("14:38:08", "1000", 1000, 100), "CPU Power: 1", "CPU Power: -1") +
                 replaced(sample("14:38:09", "1000", 2000, 100), "CPU Power: 2", "CPU Power: -2"));
  const auto all = import_all(ImportFormat::powermetrics, tree.root());
  ASSERT_EQ(all.part().header.devices.size(), 3u);
  const Timeline& cpu = all.part().timelines[1];
  EXPECT_FALSE(cpu.energy(*cpu.covered()));
  EXPECT_EQ(all.report.count("power_absurd"), 2u);
  ASSERT_EQ(all.part().notes.size(), 1u);
  EXPECT_THAT(all.part().notes[0], HasSubstr("3.000 J more"));
}

TEST(Powermetrics, RefusesALogWithoutPower) {
  testing::TempTree tree;
  tree.write("pm.txt", kTop);
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::powermetrics, tree.root()); }),
              HasSubstr("samplers cpu_power and gpu_power"));
}

}  // namespace
}  // namespace erg
