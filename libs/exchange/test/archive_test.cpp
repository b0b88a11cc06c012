// SPDX-License-Identifier: Apache-2.0
// What the shared data hold beside the study's runs.
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <numeric>
#include <set>

#include "erg/cap_trace_file.h"
#include "erg/importer.h"
#include "erg/pvwatts_file.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

class Archive : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(root_)) GTEST_SKIP() << "no shared data at " << root_;
  }
  std::vector<erg::Run> import_all(ImportFormat format, const fs::path& path) {
    std::vector<erg::Run> runs;
    for (const auto& item : discover(format, root_ / path, {}, report_)) {
      runs.push_back(collect_run(item, {}, report_));
    }
    return runs;
  }
  static double energy(const Timeline& timeline) {
    return timeline.energy_clamped(*timeline.covered()).value();
  }

  fs::path root_{ERG_SHARED_DATA};
  ImportReport report_;
};

TEST_F(Archive, AllOfTheThesis) {
  const auto items = discover(ImportFormat::thesis, root_ / "thesis", {}, report_);
  std::map<ImportFormat, int> counts;
  std::set<RunId> ids;
  for (const auto& item : items) {
    ++counts[item.format];
    ids.insert(collect_run(item, {}, report_).header.id);
  }
  EXPECT_EQ(ids.size(), items.size());
  EXPECT_EQ(counts[ImportFormat::thesis], 11 + 12);
  EXPECT_EQ(counts[ImportFormat::codecarbon], 4 + 16);
  EXPECT_EQ(counts[ImportFormat::nvidia_smi], 2);
  EXPECT_EQ(counts[ImportFormat::powermetrics], 2);
  EXPECT_EQ(report_.count("sessions_of_others"), 2u);
  EXPECT_EQ(report_.count("array_unreadable"), 0u);
  EXPECT_EQ(report_.count("rows_malformed"), 0u);
}

TEST_F(Archive, WhatCodeCarbonSaidAndWhatNvidiaSmiSaw) {
  for (const erg::Run& run : import_all(ImportFormat::codecarbon, "thesis/3060_linux")) {
    const double gpu_kwh = energy(run.parts[0].timelines[0]) / 3.6e6;
    EXPECT_GT(gpu_kwh, 0.0588);
    EXPECT_LT(gpu_kwh, 0.05923);
  }
  const auto runs = import_all(ImportFormat::nvidia_smi, "thesis/3060_linux/gpu_power_usage.csv");
  EXPECT_NEAR(energy(runs.at(0).parts[0].timelines[0]) / 3.6e6, 0.032767, 1e-5);
}

TEST_F(Archive, RecordedBlocks) {
  const std::map<std::string, std::size_t> expected{{"designs_h100/alexnet_phases", 64},
                                                    {"designs_h100/alexnet_layers_a", 140},
                                                    {"designs_h100/alexnet_layers_b", 140},
                                                    {"designs_h100/alexnet_layers_both", 240}};
  const auto runs = import_all(ImportFormat::blocks, "designs_h100");
  ASSERT_EQ(runs.size(), expected.size());
  for (const erg::Run& run : runs) {
    EXPECT_EQ(run.parts[0].blocks.size(), expected.at(run.header.name));
    EXPECT_TRUE(run.parts[0].timelines[0].covered()->begin <=
                run.parts[0].blocks[0].interval.begin);
  }
}

// MEASUREMENT.md 1: board sensors err by a few percent, a property of the single card.
TEST_F(Archive, MeterAndBoardSensorLineUp) {
  const auto runs = import_all(ImportFormat::meter_trace, "power_traces");
  ASSERT_EQ(runs.size(), 3u);
  for (const erg::Run& run : runs) {
    const Part& part = run.parts[0];
    const Timeline& meter = part.timelines.back();
    ASSERT_EQ(meter.channel().name, "power_meter");
    const Interval common = intersection(*meter.covered(), *part.timelines[0].covered());
    EXPECT_GT(Seconds{common.length()}, Seconds{9});
    EXPECT_NEAR(*part.timelines[0].energy(common) / *meter.energy(common), 1, 0.1)
        << run.header.name;
    EXPECT_EQ(meter.channel().device, part.header.devices.back().id);
  }
  // The square wave of 6 s: in each half both series see the same level.
  const Part& square = runs[1].parts[0];
  const Timeline& meter = square.timelines.back();
  for (SpanIndex row = 1; row < square.spans.size(); ++row) {
    const Interval half = square.spans.interval(row);
    const Interval settled{half.begin + std::chrono::seconds{2}, half.end};
    EXPECT_NEAR(*square.timelines[0].energy(settled) / *meter.energy(settled), 1, 0.1);
  }
}

TEST_F(Archive, CapTraces) {
  const auto curves = read_cap_traces(root_ / "cap_traces", report_);
  EXPECT_EQ(curves.size(), 121u);
  EXPECT_EQ(report_.count("rows_malformed"), 0u);
  for (const CapCurve& curve : curves) {
    EXPECT_TRUE(curve.device == "A40" || curve.device == "V100");
    EXPECT_GE(curve.points.size(), 2u) << curve.workload;
  }
}

TEST_F(Archive, SolarYears) {
  struct Fact {
    const char* path;
    double ac_kwh;
    double dc_kwh;
    double plane_kwh_m2;
    double most_ac_w;
  };
  for (const Fact& fact :
       {Fact{"pv/PV1/Hourly_Data.csv", 227.972812, 238.684558, 1459.836, 156.252},
        Fact{"optimisation/v1/pvwatts_hourly_old.csv", 2788.631573, 2943.848865, 1213.06, 2260.213},
        Fact{"optimisation/v2/pvwatts_3sqm_500wdc.csv", 620.808731, 649.579051, 1607.202, 408.925},
        Fact{"optimisation/v2/pvwatts_7sqm_1000wdc.csv", 1235.530925, 1298.295095, 1605.48,
             817.305}}) {
    const PvWattsYear year = read_pvwatts(root_ / "thesis" / fact.path, report_);
    EXPECT_EQ(year.hours.size(), 8760u);
    double ac_w = 0, dc_w = 0, plane_w_m2 = 0, most_w = 0;
    for (const PvWattsHour& hour : year.hours) {
      ac_w += hour.ac->value();
      dc_w += hour.dc->value();
      plane_w_m2 += *hour.array_plane_w_m2;
      most_w = std::max(most_w, hour.ac->value());
    }
    EXPECT_NEAR(ac_w / 1000, fact.ac_kwh, 1e-5) << fact.path;
    EXPECT_NEAR(dc_w / 1000, fact.dc_kwh, 1e-5) << fact.path;
    EXPECT_NEAR(plane_w_m2 / 1000, fact.plane_kwh_m2, 6e-4) << fact.path;
    EXPECT_NEAR(most_w, fact.most_ac_w, 1e-5) << fact.path;
  }
  const PvWattsYear info =
      read_pvwatts(root_ / "thesis/optimisation/v1/pvwatts_hourly_info.csv", report_);
  EXPECT_EQ(info.facts.at("Array Tilt (deg)"), "20");
  EXPECT_EQ(info.hours.size(), 8760u);
}

}  // namespace
}  // namespace erg
