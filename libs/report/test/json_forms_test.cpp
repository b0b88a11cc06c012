// SPDX-License-Identifier: Apache-2.0
#include "erg/json_forms.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "erg/breakdown_text.h"
#include "erg/comparison.h"
#include "erg/discover.h"
#include "sample_run.h"

namespace erg {
namespace {

using Json = nlohmann::json;

TEST(BreakdownJson, HasTheDocumentedKeys) {
  const erg::Run run = testing::sample_run();
  const auto json =
      Json::parse(breakdown_json(run.header.id, *find_breakdown(run, Grouping::phase)));
  EXPECT_EQ(json["run"], run.header.id.text());
  for (const char* key : {"by", "method", "total", "rows", "unattributed", "closure", "notes"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  const auto& row = json["rows"][2];
  EXPECT_EQ(row["name"], "backward");
  EXPECT_EQ(row["kind"], "phase");
  EXPECT_EQ(row["count"], 150);
  EXPECT_DOUBLE_EQ(row["time_s"], 37.5);
  EXPECT_DOUBLE_EQ(row["energy_j"], 11250);
  EXPECT_DOUBLE_EQ(row["energy_u_j"], 55);
  EXPECT_DOUBLE_EQ(row["energy_common_u"], 0.025);
  EXPECT_DOUBLE_EQ(row["power_w"], 300);
  EXPECT_EQ(row["provenance"], "measured");
  EXPECT_TRUE(json["closure"].is_null());
}

TEST(BreakdownJson, KnowsNoNumberThatIsNone) {
  Breakdown breakdown;
  breakdown.closure = std::numeric_limits<double>::quiet_NaN();
  BreakdownRow row;
  row.name = "\xff broken";
  row.energy = EnergyEstimate{Joules{std::numeric_limits<double>::infinity()}};
  breakdown.rows = {row, BreakdownRow{}};
  const auto json = Json::parse(breakdown_json(RunId{}, breakdown));
  EXPECT_TRUE(json["closure"].is_null());
  EXPECT_TRUE(json["rows"][0]["energy_j"].is_null());
  EXPECT_TRUE(json["rows"][1]["energy_j"].is_null());
  EXPECT_TRUE(json["rows"][1]["provenance"].is_null());
  EXPECT_EQ(json["rows"][0]["name"], "\xEF\xBF\xBD broken");
}

TEST(RunListJson, HasTheDocumentedKeys) {
  RunSummary run;
  run.id = Uuid::from_text("x");
  run.name = "x";
  run.status = RunStatus::interrupted;
  run.workload.network = "lenet5";
  run.tags = {{"slurm_job", "17"}};
  const auto json = Json::parse(run_list_json(std::vector{run}));
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["status"], "interrupted");
  EXPECT_TRUE(json[0]["start"].is_null());  // it does not say when it was
  EXPECT_EQ(json[0]["network"], "lenet5");
  EXPECT_EQ(json[0]["tags"]["slurm_job"], "17");
  EXPECT_TRUE(json[0]["energy_j"].is_null());
  EXPECT_TRUE(json[0]["time_s"].is_null());
  EXPECT_TRUE(json[0]["data"].is_null());
  EXPECT_TRUE(json[0]["device"].is_null());
  EXPECT_EQ(Json::parse(run_list_json({})), Json::array());
}

TEST(RunJson, HoldsWhatSurroundsTheRun) {
  const auto json = Json::parse(run_json(testing::sample_run()));
  EXPECT_EQ(json["environment"]["workload"]["batch"], 128);
  EXPECT_EQ(json["parts"][0]["devices"][0]["id"], "GPU-1");
  EXPECT_EQ(json["parts"][0]["channels"][0]["samples"], 4501);
  EXPECT_EQ(json["epochs"][2]["test_accuracy"], 0.862);
  EXPECT_EQ(json["breakdowns"].size(), 2U);
  EXPECT_TRUE(json["exit_status"].is_null());
}

TEST(RunJson, HasNullForWhatARunDoesNotSay) {
  erg::Run run = testing::sample_run();
  run.header.environment = {};
  auto json = Json::parse(run_json(run))["environment"];
  for (const char* key : {"os", "cpu", "cpu_threads", "memory_bytes"}) {
    EXPECT_TRUE(json[key].is_null()) << key;
  }
  EXPECT_EQ(json["workload"].size(), 9U);
  for (const auto& [key, value] : json["workload"].items()) EXPECT_TRUE(value.is_null()) << key;
  run.header.environment.workload.instrumentation = "none";  // a training: its seed may be 0
  json = Json::parse(run_json(run))["environment"];
  EXPECT_EQ(json["workload"]["seed"], 0);
}

TEST(SensorsJson, NamesWhatIsMissing) {
  const std::vector<MissingSource> missing{{"NVML", "no library", "apt install it"}};
  const auto json = Json::parse(sensors_json({}, {}, {}, missing));
  EXPECT_EQ(json["missing"][0]["remedy"], "apt install it");
  EXPECT_TRUE(json["devices"].is_array());
}

TEST(ComparisonJson, GivesDifferencesFromTheFirst) {
  std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("capped")};
  runs[1].breakdowns[0].total.energy->value = Joules{19719};
  const auto json = Json::parse(comparison_json(runs));
  EXPECT_NEAR(json[1]["energy_difference"].get<double>(), -0.1, 1e-9);
  EXPECT_EQ(json[1]["same_devices"], true);
  EXPECT_EQ(json[1]["phases"].size(), 4U);
}

}  // namespace
}  // namespace erg
