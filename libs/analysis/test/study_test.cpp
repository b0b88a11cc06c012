// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "erg/byte_source.h"
#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/energy_model.h"
#include "tables.h"

namespace erg {
namespace {

using testing::all_rows;

std::string catalogue_name(const std::string& name) {
  static const std::map<std::string, std::string> kNames = [] {
    std::map<std::string, std::string> names{{"Alexnet", "alexnet_thesis"},
                                             {"VGG11", "vgg11_thesis"},
                                             {"VGG13", "vgg13_thesis"},
                                             {"VGG16", "vgg16_thesis"},
                                             {"ResNet18", "resnet18_thesis"},
                                             {"ResNet34", "resnet34_thesis"},
                                             {"ResNet50", "resnet50_thesis"},
                                             {"GoogleNet", "googlenet_thesis"},
                                             {"GoogleNet_mod0", "googlenet_mod9"},
                                             {"MobileNetV1", "mobilenetv1_thesis"},
                                             {"MobileNetV2", "mobilenetv2_thesis"}};
    for (int i = 1; i <= 4; ++i) {
      names["GoogleNet_mod" + std::to_string(i)] = "googlenet_mod" + std::to_string(4 + i);
      names["GoogleNet_mod" + std::to_string(4 + i)] = "googlenet_1x1_b" + std::to_string(i);
      names["GoogleNet_mod" + std::to_string(8 + i)] = "googlenet_5x5_b" + std::to_string(i);
    }
    return names;
  }();
  return kNames.at(name);
}

struct StudySet {
  const char* file;
  std::int64_t channels;
  std::int64_t classes;
  double images;
};

class Study : public ::testing::TestWithParam<StudySet> {
 protected:
  void SetUp() override {
    const auto path = std::filesystem::path{ERG_SHARED_DATA} / "thesis/macs" / GetParam().file;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
    table = read(path);
  }

  static Observations read(const std::filesystem::path& path) {
    Observations table;
    table.features = {"macs", "parameters"};
    const auto bytes = open_bytes(path);
    CsvReader reader{*bytes};
    reader.next();
    while (reader.next()) {
      const auto fields = reader.fields();
      Observation row;
      row.label = fields[0];
      row.network = catalogue_name(row.label);
      row.family = find_in_catalogue(row.network)->family;
      row.features = {*parse_number(fields[1]), *parse_number(fields[2])};
      row.energy = Joules{*parse_number(fields[3])};
      row.time = Seconds{*parse_number(fields[6])};
      row.batch = 256;
      row.images = GetParam().images;
      CountOptions options;
      options.batch = 256;
      NetworkOptions wanted;
      wanted.classes = GetParam().classes;
      wanted.channels = GetParam().channels;
      row.work = step_work(count(make_network(row.network, wanted), options));
      table.rows.push_back(row);
    }
    return table;
  }

  double left_out_mape(const char* model, Target target) const {
    return validate(candidates(model, table), table, all_rows(table), target,
                    {Scheme::Kind::families})
        .scores.mape;
  }

  Observations table;
};

struct Split {
  std::set<std::string> held_out;
  double slope, intercept, r2;
};

TEST_P(Study, ItsRegressionsToFiveDigits) {
  if (GetParam().channels != 1) GTEST_SKIP() << "THESIS.md gives those of Fashion-MNIST";
  const Split splits[] = {
      {{"ResNet50", "VGG11", "VGG13", "VGG16", "GoogleNet_mod3", "GoogleNet_mod7",
        "GoogleNet_mod11"},
       3.77481e-06,
       4148.46,
       0.94592},
      {{"ResNet50", "VGG11", "VGG16", "GoogleNet_mod3", "GoogleNet_mod7", "GoogleNet_mod11"},
       3.52573e-06,
       4431.12,
       0.97395}};
  for (const auto& split : splits) {
    std::vector<std::size_t> train, test;
    for (const auto row : all_rows(table)) {
      (split.held_out.contains(table.rows[row].label) ? test : train).push_back(row);
    }
    const auto model = fit(model_spec("macs"), table, train, Target::energy);
    const auto coefficients = model->coefficients();
    EXPECT_NEAR(coefficients[0].value, split.intercept, 0.005);
    EXPECT_NEAR(coefficients[1].value, split.slope, 5e-12);
    std::vector<double> predicted;
    for (const auto row : test) predicted.push_back(model->at(table.rows[row]));
    EXPECT_NEAR(score(table, test, predicted, Target::energy).r2, split.r2, 5e-6);
  }
}

TEST_P(Study, TheRecommendedModelHalvesTheErrorOfMacsOnFamiliesLeftOut) {
  const double macs = left_out_mape("macs", Target::energy);
  const double recommended = left_out_mape("auto", Target::energy);
  RecordProperty("macs_mape", std::to_string(macs));
  RecordProperty("recommended_mape", std::to_string(recommended));
  EXPECT_LT(recommended, 0.5 * macs) << recommended << " against " << macs;
}

// Each of many splits: a third of the networks held back, the interval learnt on the rest.
TEST_P(Study, IntervalsHoldNetworksHeldBackAsOftenAsTheySay) {
  const std::vector<ModelSpec> models = candidates("physical", table);
  constexpr int kSplits = 3;
  std::mt19937_64 random{7};
  for (const auto target : {Target::energy, Target::time}) {
    double said = 0;
    double held = 0;
    double all = 0;
    for (int split = 0; split < kSplits; ++split) {
      auto rows = all_rows(table);
      std::ranges::shuffle(rows, random);
      const std::vector<std::size_t> train{rows.begin(), rows.begin() + 15};
      const auto seen = validate(models, table, train, target, {Scheme::Kind::k_fold, 5});
      const ErrorFactor error = error_factor(table, train, seen.predicted, target);
      const auto model = fit(models.front(), table, train, target);
      for (std::size_t i = 15; i < rows.size(); ++i) {
        const Observation& row = table.rows[rows[i]];
        const double ratio = *row.value(target) / model->at(row);
        held += ratio <= error.factor && ratio >= 1 / error.factor;
        said += error.level;
        all += 1;
      }
    }
    RecordProperty(std::string{to_string(target)} + "_coverage", std::to_string(held / all));
    EXPECT_GT(held / all, said / all - 0.1) << to_string(target);
  }
}

INSTANTIATE_TEST_SUITE_P(DataSets, Study,
                         ::testing::Values(StudySet{"fashionmnist_datasetinfo.csv", 1, 10, 60000},
                                           StudySet{"cifar100_datasetinfo.csv", 3, 100, 50000}),
                         [](const auto& set) {
                           return set.param.channels == 1 ? "fashion_mnist" : "cifar100";
                         });

}  // namespace
}  // namespace erg
