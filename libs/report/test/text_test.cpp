// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "erg/breakdown_text.h"
#include "erg/comparison.h"
#include "erg/dynamic_energy.h"
#include "erg/run_text.h"
#include "erg/text_table.h"
#include "sample_run.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TextTable, AlignsByWhatIsSeen) {
  TextTable table{{{"name"}, {"±", TextTable::Align::right}}};
  table.add({"µ", "1"});
  table.add({"longer", "100"});
  table.rule();
  table.add({"sum", "101"});
  EXPECT_EQ(table.text(),
            "name      ±\n"
            "µ         1\n"
            "longer  100\n"
            "───────────\n"
            "sum     101\n");
}

TEST(TextTable, ObeysNoControlCharactersFromOutside) {
  TextTable table{{{"name"}}};
  table.add({"a\033[2Jb\nc"});
  EXPECT_EQ(table.text(), "name\na?[2Jb?c\n");
  EXPECT_THAT(table.text(TextStyle::terminal), HasSubstr("\033[1mname\033[0m"));
}

TEST(BreakdownText, ShowsEachRowWithHowItWasObtained) {
  const erg::Run run = testing::sample_run();
  const auto* phases = find_breakdown(run, Grouping::phase);
  ASSERT_TRUE(phases);
  const std::string text = breakdown_text(*phases);
  EXPECT_THAT(text, HasSubstr("phase"));
  EXPECT_THAT(text, HasSubstr("backward"));
  EXPECT_THAT(text, HasSubstr("51.3 %"));  // 11250 / 21910
  EXPECT_THAT(text, HasSubstr("measured, timeline, NVML sample ring"));
  EXPECT_THAT(text, HasSubstr("unattributed"));
  EXPECT_THAT(text, HasSubstr("300.0"));  // W of backward
}

TEST(BreakdownText, OfLayersMeasuredTogetherNamesTheFirstAndTheLast) {
  BreakdownRow row;
  row.name = "conv1";
  EXPECT_EQ(row_title(row), "conv1");
  row.pass = Pass::backward;
  row.name = "conv1 + bn1";
  EXPECT_EQ(row_title(row), "conv1 + bn1 backward");
  row.name = "conv1 + bn1 + relu + maxpool";
  EXPECT_EQ(row_title(row), "conv1 + ... + maxpool backward");
}

BreakdownRow took(double joules, double seconds) {
  BreakdownRow row;
  row.energy = EnergyEstimate{Joules{joules}};
  row.time = TimeEstimate{Seconds{seconds}};
  return row;
}

TEST(BreakdownText, TellsTheMeanPowerOfWhatIsKnown) {
  Breakdown breakdown;
  breakdown.by = Grouping::device;
  breakdown.method = "timeline";
  breakdown.rows = {took(2000, 10), took(500, 5)};  // the second was lost half way
  breakdown.unattributed.energy = EnergyEstimate{};
  breakdown.total = took(2500, 10);
  EXPECT_DOUBLE_EQ(total_power(breakdown)->value(), 300);
  EXPECT_THAT(breakdown_text(breakdown), HasSubstr("300.0"));
  breakdown.by = Grouping::phase;
  breakdown.rows = {took(600, 3), took(0, 4)};
  breakdown.rows[1].energy.reset();  // after the only device was lost
  breakdown.unattributed = took(400, 2);
  breakdown.total = took(1000, 10);
  EXPECT_FALSE(total_power(breakdown));
  breakdown.rows.resize(1);
  EXPECT_DOUBLE_EQ(total_power(breakdown)->value(), 200);
  breakdown.method = "imported";
  EXPECT_DOUBLE_EQ(total_power(breakdown)->value(), 100);
}

TEST(DynamicText, IsWhatIsLeftAboveIdle) {
  EXPECT_THAT(dynamic_text(testing::idle_run(Watts{70})), HasSubstr("15.61 kJ above 70.00 W"));
  EXPECT_THAT(dynamic_text(testing::idle_run(std::nullopt)), HasSubstr("not known of GPU-1"));
  // A profile that was taken hotter than the run: said as it is.
  EXPECT_THAT(dynamic_text(testing::idle_run(Watts{250})), HasSubstr("-590"));
}

// Its idle power is what it always draws; only the last digit that it is kept with is off.
TEST(DynamicText, OfAModelledConstantIsNothing) {
  erg::Run run = testing::idle_run(Watts{21910.0 / 90});
  EXPECT_THAT(dynamic_text(run), HasSubstr("GPU-1: 0 J above"));
  run.breakdowns.back().rows.front().energy->value += Joules{0.1};
  EXPECT_THAT(dynamic_text(run), Not(HasSubstr("GPU-1: 0 J above")));
}

TEST(BreakdownText, SaysWhyARowHasNoEnergy) {
  Breakdown breakdown;
  BreakdownRow row;
  row.name = "loss";
  row.method = "not resolved: shorter than the window";
  breakdown.rows = {row};
  breakdown.closure = -0.036;
  breakdown.notes = {"a\033note"};
  const std::string text = breakdown_text(breakdown);
  EXPECT_THAT(text, HasSubstr("not resolved: shorter than the window"));
  EXPECT_THAT(text, HasSubstr("-3.6 %"));
  EXPECT_THAT(text, HasSubstr("note: a?note"));
}

TEST(FindBreakdown, PrefersTheOneOverAllDevices) {
  erg::Run run;
  Breakdown one;
  one.by = Grouping::phase;
  one.device = "GPU-1";
  Breakdown all = one;
  all.device.clear();
  run.breakdowns = {one, all};
  EXPECT_EQ(find_breakdown(run, Grouping::phase), &run.breakdowns[1]);
  EXPECT_EQ(find_breakdown(run, Grouping::layer), nullptr);
}

TEST(RunText, TellsTheTotalFirst) {
  const std::string text = run_text(testing::sample_run("name"));
  EXPECT_THAT(text, ::testing::StartsWith("name: finished, 90.00 s, 21.91 ± 0.55 kJ, 243.4 W"));
  EXPECT_THAT(text, HasSubstr("evaluate"));
  erg::Run nothing;
  nothing.header.name = "x";
  EXPECT_THAT(run_text(nothing), HasSubstr("no energy"));
}

TEST(RunDetails, ShowsOnlyWhatIsKnown) {
  const std::string text = run_details_text(testing::sample_run());
  EXPECT_THAT(text, HasSubstr("NVIDIA H100 80GB HBM3 (GPU-1), limit 700.0 W"));
  EXPECT_THAT(text, HasSubstr("room=lab3"));
  EXPECT_THAT(text, HasSubstr("another process uses GPU-1"));
  EXPECT_THAT(text, HasSubstr("86.2 %"));
  EXPECT_THAT(text, Not(HasSubstr("precision")));
}

TEST(Difference, LeavesOutTheGainOnTheSameDevice) {
  const EnergyEstimate a{Joules{90}, Joules{1}, 0.025, Provenance::measured};
  const EnergyEstimate b{Joules{100}, Joules{1}, 0.025, Provenance::measured};
  const auto same = difference(a, b, true);
  ASSERT_TRUE(same);
  EXPECT_NEAR(same->value, -0.1, 1e-12);
  EXPECT_NEAR(same->u, std::hypot(0.01, 0.9 * 0.01), 1e-12);
  EXPECT_GT(difference(a, b, false)->u, 0.03);
  EXPECT_FALSE(difference(std::nullopt, b, true));
  EXPECT_FALSE(difference(a, EnergyEstimate{}, true));
}

TEST(Comparison, IsAgainstTheFirst) {
  std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("capped")};
  runs[1].breakdowns[0].total.energy->value = Joules{19719};
  const std::string text = comparison_text(runs);
  EXPECT_THAT(text, HasSubstr("-10.00"));
  EXPECT_THAT(text, HasSubstr("backward"));
}

TEST(Comparison, IsOfProfilesWhereAllRunsHaveOne) {
  std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("capped")};
  Breakdown profile;
  profile.by = Grouping::phase;
  profile.method = "designs";
  BreakdownRow forward;
  forward.name = "forward";
  forward.energy = EnergyEstimate{Joules{1.5}, Joules{0.001}, 0.025, Provenance::attributed};
  profile.rows.push_back(forward);
  runs[0].breakdowns.push_back(profile);
  EXPECT_THAT(comparison_text(runs), Not(HasSubstr("1.500 ± 0.038 J")));  // only one of them has
  profile.rows[0].energy->value = Joules{1.53};
  runs[1].breakdowns.push_back(profile);
  EXPECT_THAT(comparison_text(runs), HasSubstr("(+2.000 ± 0.095 % *)"));
}

TEST(Comparison, SaysWhatIsNotAlike) {
  std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("other")};
  EXPECT_THAT(comparison_text(runs), Not(HasSubstr("not of the same work")));
  runs[1].header.environment.workload.batch = 7;
  EXPECT_THAT(comparison_text(runs), HasSubstr("they differ in batch"));
  runs[1].status = RunStatus::failed;
  EXPECT_THAT(failures_above(runs, 0.03).front(), HasSubstr("cannot be compared: it is failed"));
}

TEST(Comparison, ChecksAgainstALimitWhatIsMoreThanChance) {
  std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("worse")};
  auto& energy = *runs[1].breakdowns[0].total.energy;
  energy.value = 1.05 * runs[0].breakdowns[0].total.energy->value;
  for (auto& run : runs) {
    auto& total = *run.breakdowns[0].total.energy;
    total.independent_u = 0.005 * total.value;
  }
  const auto failures = failures_above(runs, 0.03);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_THAT(failures[0], HasSubstr("worse takes +5.0"));
  EXPECT_THAT(comparison_text(runs), HasSubstr("% *)"));
  EXPECT_TRUE(failures_above(runs, 0.06).empty());
  energy.independent_u = 0.04 * energy.value;  // chance makes as much
  EXPECT_TRUE(failures_above(runs, 0.03).empty());
  runs[1].breakdowns.clear();
  EXPECT_THAT(failures_above(runs, 0.03).front(), HasSubstr("cannot be compared"));
}

}  // namespace
}  // namespace erg
