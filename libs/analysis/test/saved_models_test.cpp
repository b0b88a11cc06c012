// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/energy_model.h"
#include "erg/format_error.h"
#include "erg/least_squares.h"
#include "tables.h"

namespace erg {
namespace {

using testing::all_rows;
using ::testing::HasSubstr;

Complexity counted(const std::string& network, std::int64_t batch) {
  CountOptions options;
  options.batch = batch;
  return count(make_network(network), options);
}

// A machine whose laws are known: 100 W, 50 pJ a MAC, 200 pJ a byte; bound by whatever is slowest.
Observations known_machine() {
  Observations table;
  for (const auto* name : {"lenet5", "alexnet_thesis", "resnet18_thesis", "vgg11_thesis",
                           "googlenet_thesis", "mobilenetv1_thesis", "mobilenetv2_thesis"}) {
    Observation row;
    row.label = row.network = name;
    row.family = find_in_catalogue(name)->family;
    row.device = "Known 1";
    row.precision = "fp32";
    row.batch = 64;
    row.images = 6400;
    row.work = step_work(counted(name, 64));
    double step = 0;
    for (const auto& pass : row.work->passes) {
      step += std::max({pass.macs * 1e-13, pass.bytes * 2e-12, pass.kernels * 5e-6});
    }
    row.time = Seconds{100 * step};
    row.energy = Joules{100 * row.time->count() +
                        100 * (row.work->total.macs * 5e-11 + row.work->total.bytes * 2e-10)};
    table.rows.push_back(row);
  }
  return table;
}

EnergyModel learnt() {
  const auto table = known_machine();
  EnergyModel model;
  model.name = "known";
  model.scope = {"Known 1", "fp32", {"1x224x224", "1x28x28"}, {64}, "epoch", 6400};
  model.training = {"a test", table.digest(), table.rows.size(), {"lenet5"}};
  for (const auto target : {Target::energy, Target::time}) {
    TargetModel one;
    one.model = "physical";
    one.regressor = fit(model_spec("physical"), table, all_rows(table), target);
    one.scheme = "leave-one-family-out";
    one.error = {1.25, 0.8};
    (target == Target::energy ? model.energy : model.time) = std::move(one);
  }
  return model;
}

Job job_of(const std::string& network) {
  Job job;
  job.complexity = counted(network, 64);
  job.device = "known";
  job.input = "1x224x224";
  job.images = 6400;
  return job;
}

TEST(Physical, RecoversAMachineFromItsRuns) {
  const auto table = known_machine();
  const auto time = fit(model_spec("physical"), table, all_rows(table), Target::time);
  const auto energy = fit(model_spec("physical"), table, all_rows(table), Target::energy);
  for (const auto& row : table.rows) {
    EXPECT_NEAR(time->at(row) / row.time->count(), 1, 0.02) << row.label;
    EXPECT_NEAR(energy->at(row) / row.energy->value(), 1, 0.02) << row.label;
  }
  for (const auto& one : energy->coefficients()) EXPECT_GE(one.value, 0) << one.name;
}

TEST(SavedModel, PredictsTheSameWhenLoaded) {
  const auto model = learnt();
  const auto again = EnergyModel::from_json(model.json(), "a file");
  EXPECT_EQ(again.json(), model.json());
  const auto job = job_of("vgg16_thesis");
  const auto before = predict(model, job);
  const auto after = predict(again, job);
  EXPECT_EQ(before.energy->value, after.energy->value);
  EXPECT_EQ(before.time->value, after.time->value);
  EXPECT_DOUBLE_EQ(before.energy->high->value(), 1.25 * before.energy->value.value());
  EXPECT_DOUBLE_EQ(before.level, 0.8);
}

TEST(SavedModel, OfAnOlderVersionOverlaps) {
  const auto model = learnt();
  const auto json = std::regex_replace(model.json(), std::regex{",\\s*\"overlap\":\\s*true"}, "");
  ASSERT_NE(json, model.json());
  const auto job = job_of("vgg16_thesis");
  EXPECT_EQ(predict(EnergyModel::from_json(json, "a file"), job).time->value,
            predict(model, job).time->value);
}

TEST(SavedModel, ScalesWithTheWork) {
  const auto model = learnt();
  auto job = job_of("resnet18_thesis");
  const auto once = predict(model, job);
  job.images *= 10;
  const auto ten = predict(model, job);
  EXPECT_NEAR(ten.energy->value / once.energy->value, 10, 1e-9);
}

TEST(SavedModel, ObjectsToAnotherDeviceInputOrPrecision) {
  const auto model = learnt();
  auto job = job_of("resnet18_thesis");
  EXPECT_TRUE(objections(model, job).empty());
  job.device = "H100";
  job.input = "3x224x224";
  job.precision = "bf16";
  const auto all = objections(model, job);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0], HasSubstr("'Known 1', not for 'H100'"));
}

TEST(SavedModel, ACapBelowItsPowerSlowsAndSaves) {
  const auto model = learnt();
  auto job = job_of("vgg11_thesis");
  const auto free = predict(model, job);
  const double power = (free.energy->value / free.time->value).value();
  job.cap = Watts{0.7 * power};
  const auto capped = predict(model, job);
  EXPECT_GT(capped.time->value, free.time->value);
  EXPECT_LT(capped.energy->value, free.energy->value);
  EXPECT_FALSE(capped.notes.empty());
  job.cap = Watts{2 * power};
  EXPECT_EQ(predict(model, job).energy->value, free.energy->value);
}

TEST(SavedModel, RefusesWhatIsNone) {
  const auto text = learnt().json();
  EXPECT_THROW(EnergyModel::from_json("{}", "x"), FormatError);
  EXPECT_THROW(EnergyModel::from_json("[1, 2", "x"), FormatError);
  auto newer = text;
  newer.replace(newer.find("\"version\": 1"), 12, "\"version\": 9");
  EXPECT_THROW(EnergyModel::from_json(newer, "x"), FormatError);
  for (std::size_t cut = 0; cut + 2 < text.size(); cut += 97) {
    EXPECT_THROW(EnergyModel::from_json(text.substr(0, cut), "x"), FormatError) << cut;
  }
}

TEST(SavedModel, RefusesFeaturesThatItDoesNotHave) {
  const Observations table = testing::table_of({1, 2, 3, 4}, [](double x) { return 5 + 2 * x; });
  EnergyModel model;
  model.features = table.features;
  model.energy.emplace();
  model.energy->model = "macs";
  model.energy->regressor =
      fit(model_spec("macs"), table, testing::all_rows(table), Target::energy);
  std::string text = model.json();
  EXPECT_NO_THROW(EnergyModel::from_json(text, "m"));
  const auto place = text.find('0', text.find("\"places\""));
  ASSERT_NE(place, std::string::npos);
  text[place] = '7';
  EXPECT_THROW(EnergyModel::from_json(text, "m"), FormatError);
}

TEST(SavedModel, AsksOnlyForTheFeaturesThatItReads) {
  Observations table = testing::table_of({1, 2, 3, 4}, [](double x) { return 5 + 2 * x; });
  table.features.push_back("room temperature");
  for (auto& row : table.rows) row.features.push_back(20);
  EnergyModel model;
  model.features = table.features;
  model.scope.images_per_unit = 1;
  model.energy.emplace();
  model.energy->regressor =
      fit(model_spec("macs"), table, testing::all_rows(table), Target::energy);
  Job job;
  job.complexity.batch = 1;
  job.complexity.total.macs = 10;
  job.images = 1;
  EXPECT_NEAR(predict(model, job).energy->value.value(), 25, 1e-9);
}

TEST(Digest, TellsTablesApart) {
  auto table = known_machine();
  const auto before = table.digest();
  EXPECT_EQ(before, known_machine().digest());
  table.rows[3].energy = Joules{1};
  EXPECT_NE(before, table.digest());
}

}  // namespace
}  // namespace erg
