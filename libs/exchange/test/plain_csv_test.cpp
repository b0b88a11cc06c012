// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "erg/cap_trace_file.h"
#include "erg/pvwatts_file.h"
#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

TEST(PlainCsv, ReadsColumnsInTheirUnits) {
  testing::TempTree tree;
  tree.write("meter.csv", "ms,channel,milliwatt\n0,a,1500\n1000,a,2500\n3000,b,2500\n");
  ImportOptions options;
  options.columns = {"ms", "milliwatt", "ms", "mW"};
  options.device = "lamp";
  const auto all = import_all(ImportFormat::csv, tree.path("meter.csv"), options);
  ASSERT_EQ(all.runs.size(), 1u);
  const Timeline& power = all.part().timelines.at(0);
  EXPECT_EQ(power.size(), 3u);
  EXPECT_NEAR(power.energy(*power.covered())->value(), 2 + 5, 1e-9);
  EXPECT_EQ(all.part().header.devices[0].name, "lamp");
  EXPECT_EQ(all.runs[0].header.start, UtcTime{});
  options.columns.power_unit = "horse";
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::csv, tree.path("meter.csv"), options); }),
              HasSubstr("'horse' is no unit of power"));
}

TEST(PlainCsv, KeepsEveryDigitOfUnixTimes) {
  testing::TempTree tree;
  tree.write("p.csv",
             "timestamp,power_in_watts\n1734302499.123456789,14.4131234\n"
             "1734302500.5,15\n");
  const auto all = import_all(ImportFormat::csv, tree.path("p.csv"));
  EXPECT_EQ(all.runs[0].header.start.time_since_epoch().count(), 1734302499123456789);
  EXPECT_EQ(all.part().timelines[0].sample(0).count, 14413123400);
  EXPECT_EQ(all.part().timelines[0].sample(1).time, Timestamp{Nanoseconds{1376543211}});
}

TEST(CapTraces, BecomeCurvesAndRuns) {
  testing::TempTree tree;
  tree.write("summary_power_a40.csv",
             "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\n"
             "cifar100,resnet50,128,adam,150,10,140\ncifar100,resnet50,128,adam,100,20,100\n"
             "cifar100,resnet50,128,adam,100,22,100\ncifar100,resnet50,128,sgd,100,30,95\n"
             "cifar100,resnet50,128,sgd,0,30,95\ncifar100,resnet50,128,sgd,100,-3,95\n"
             "cifar100,resnet50,128,sgd,100,nan,95\n");
  ImportReport report;
  const auto curves = read_cap_traces(tree.root(), report);
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].device, "A40");
  EXPECT_EQ(curves[0].workload, "cifar100/resnet50 batch 128 adam");
  ASSERT_EQ(curves[0].points.size(), 2u);
  EXPECT_EQ(curves[0].points[0].cap, Watts{100});
  EXPECT_EQ(curves[0].points[0].runs, 2u);
  EXPECT_NEAR(curves[0].points[0].energy.value.value(), 2100, 1e-9);
  EXPECT_NEAR(curves[0].points[0].power.value(), 100, 1e-9);
  EXPECT_EQ(report.count("rows_malformed"), 3u);
  EXPECT_EQ(report.count("power_above_cap"), 0u);
  const auto all = import_all(ImportFormat::zeus, tree.root());
  ASSERT_EQ(all.runs.size(), 4u);
  EXPECT_EQ(all.part(0).header.devices[0].power_limit, Watts{150});
  const Timeline& energy = all.part(0).timelines[0];
  EXPECT_NEAR(energy.energy(*energy.covered())->value(), 1400, 1e-6);
  EXPECT_EQ(all.runs[0].header.environment.workload.batch, 128);
}

TEST(CapTraces, PowerFarAboveItsCapIsKeptAndCounted) {
  testing::TempTree tree;
  tree.write("summary_power_a40.csv",
             "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\n"
             "cifar100,resnet50,128,adam,100,20,121\ncifar100,resnet50,128,adam,150,10,226\n"
             "cifar100,resnet50,128,adam,200,10,300\ncifar100,resnet50,128,adam,250,10,2000\n");
  ImportReport report;
  EXPECT_EQ(read_cap_traces(tree.root(), report).at(0).points.size(), 4u);
  EXPECT_EQ(report.count("power_above_cap"), 2u) << "150 and 250 W";
}

TEST(PvWatts, ReadsWithAndWithoutItsFacts) {
  testing::TempTree tree;
  tree.write("a.csv",
             "\xEF\xBB\xBF\"PVWatts Hourly PV Performance Data\"\n\"Array Tilt (deg)\",\"20\"\n"
             "\"\",\"Jan\",\"0\"\n\n\"Month\",\"Day\",\"Hour\",\"DC Array Output (W)\","
             "\"AC System Output (W)\"\n\"1\",\"1\",\"0\",\"100\",\"90\"\n\"1\",\"1\",\"1\",\"\","
             "\"10\"\n\"13\",\"1\",\"1\",\"\",\"10\"\n\"Totals\",\"\",\"\",\"\",\"5\"\n");
  ImportReport report;
  const PvWattsYear year = read_pvwatts(tree.path("a.csv"), report);
  EXPECT_EQ(year.facts.at("Array Tilt (deg)"), "20");
  ASSERT_EQ(year.hours.size(), 2u);
  EXPECT_EQ(year.hours[0].dc, Watts{100});
  EXPECT_EQ(year.hours[1].dc, std::nullopt);
  EXPECT_EQ(year.hours[1].beam_w_m2, std::nullopt);
  EXPECT_EQ(report.count("not_a_year"), 1u);
  EXPECT_EQ(report.count("rows_malformed"), 1u);
  const auto all = import_all(ImportFormat::pvwatts, tree.root());
  const Timeline& energy = all.part().timelines[0];
  EXPECT_NEAR(energy.energy(*energy.covered())->value(), 100 * 3600, 1e-6);
  tree.write("b.csv", "Month,Day\n1,1\n");
  EXPECT_THAT(refusal([&] { read_pvwatts(tree.path("b.csv"), report); }),
              HasSubstr("no table of PVWatts"));
}

}  // namespace
}  // namespace erg
