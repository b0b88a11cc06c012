// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "erg/energy_model.h"
#include "erg/least_squares.h"
#include "tables.h"

namespace erg {
namespace {

using testing::all_rows;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::table_of;

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const FitError& error) {
    return error.what();
  }
  return "nothing was refused";
}

std::string fit_refusal(const Observations& table, const ModelSpec& spec) {
  return refusal([&] { fit(spec, table, all_rows(table), Target::energy); });
}

TEST(Polynomial, GivesTheCoefficientsOfWhatItIsTold) {
  const auto table = table_of({40, 45, 50, 55, 60, 70, 80, 95},
                              [](double x) { return 5000 - 90 * x + 1.2 * x * x; });
  const auto model = fit(model_spec("polynomial:2"), table, all_rows(table), Target::energy);
  const auto coefficients = model->coefficients();
  ASSERT_EQ(coefficients.size(), 3u);
  EXPECT_NEAR(coefficients[0].value, 5000, 1e-6);
  EXPECT_NEAR(coefficients[1].value, -90, 1e-8);
  EXPECT_NEAR(coefficients[2].value, 1.2, 1e-10);
  EXPECT_EQ(coefficients[2].name, "macs^2");
}

TEST(Polynomial, OfSeveralFeaturesFindsTheirProducts) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> draw{1, 10};
  Observations table;
  table.features = {"a", "b"};
  for (int i = 0; i < 40; ++i) {
    Observation row;
    const double a = draw(random), b = draw(random);
    row.features = {a, b};
    row.energy = Joules{3 + 2 * a * b + b * b};
    table.rows.push_back(row);
  }
  const std::vector<std::string> features{"a", "b"};
  const auto model =
      fit(model_spec("polynomial:2", features), table, all_rows(table), Target::energy);
  for (const auto& row : table.rows) EXPECT_NEAR(model->at(row), row.energy->value(), 1e-8);
}

TEST(Fit, SaysWhatIsWrongAndWhatWouldHelp) {
  const auto line = [](double x) { return 10 + x; };
  EXPECT_THAT(fit_refusal(table_of({1, 2}, line), model_spec("polynomial:3")),
              AllOf(HasSubstr("2 rows"), HasSubstr("4 coefficients"), HasSubstr("measure 2 more")));
  EXPECT_THAT(fit_refusal(table_of({5, 5, 5}, line), model_spec("macs")),
              HasSubstr("choose a lower degree"));
  EXPECT_THAT(fit_refusal(table_of({1, 2, 3}, line), model_spec("macs+parameters")),
              HasSubstr("no feature 'parameters'"));
  EXPECT_THAT(fit_refusal(table_of({1, 2, 3, 4, 5}, line), model_spec("physical")),
              HasSubstr("needs the network of each row"));
  EXPECT_THAT(refusal([] { model_spec("phisical"); }), HasSubstr("did you mean 'physical'"));
}

TEST(Fit, NamesTheFeaturesThatSayTheSame) {
  auto table = table_of({1, 2, 3, 4, 7}, [](double x) { return 10 + x; });
  table.features.emplace_back("parameters");
  for (auto& row : table.rows) row.features.push_back(2 * row.features[0] + 1);
  EXPECT_THAT(fit_refusal(table, model_spec("macs+parameters")),
              AllOf(HasSubstr("'macs' and 'parameters'"), HasSubstr("leave one out")));
}

TEST(Check, FindsWhatIsNoNumberAndUnitsThatDisagree) {
  auto table = table_of({1, 2, 3}, [](double x) { return 100 * x; });
  EXPECT_NO_THROW(check(table, Target::energy));
  table.rows[1].features[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal([&] { check(table, Target::energy); }),
              AllOf(HasSubstr("row 2"), HasSubstr("'macs'")));
  table.rows[1].features[0] = 2;
  table.rows[2].energy = Joules{std::numeric_limits<double>::infinity()};
  EXPECT_THAT(refusal([&] { check(table, Target::energy); }), HasSubstr("row 3"));
  table.rows[2].energy = Joules{-1};
  EXPECT_THAT(refusal([&] { check(table, Target::energy); }), HasSubstr("above 0"));
  for (auto& row : table.rows) {
    row.energy = Joules{200};
    row.time = Seconds{1};
  }
  table.rows[2].energy = Joules{0.2};  // kJ among J
  EXPECT_THAT(refusal([&] { check(table, Target::energy); }),
              AllOf(HasSubstr("units disagree"), HasSubstr("row 3")));
  for (auto& row : table.rows) row.energy = Joules{200e6};
  EXPECT_THAT(refusal([&] { check(table, Target::energy); }), HasSubstr("no training device"));
}

TEST(Validation, OfOneNetworkIsRefused) {
  auto table = table_of({1, 2, 3}, [](double x) { return x; });
  for (auto& row : table.rows) row.network = row.family = "alexnet";
  EXPECT_THAT(refusal([&] {
                const std::vector<ModelSpec> specs{model_spec("macs")};
                validate(specs, table, all_rows(table), Target::energy,
                         scheme_from("leave-one-network-out"));
              }),
              AllOf(HasSubstr("one network (alexnet)"), HasSubstr("measure others")));
}

TEST(Validation, ChoosesInsideTheFolds) {
  std::vector<double> x;
  for (int i = 1; i <= 12; ++i) x.push_back(i);
  const auto table = table_of(x, [](double v) { return 5 + v * v; });
  const auto specs = candidates("polynomial:auto", table);
  ASSERT_EQ(specs.size(), 4u);
  const auto result =
      validate(specs, table, all_rows(table), Target::energy, scheme_from("leave-one-network-out"));
  EXPECT_EQ(result.chosen.size(), 12u);
  for (const auto& name : result.chosen) EXPECT_NE(name, "polynomial:1");
  EXPECT_LT(result.scores.mape, 1e-6);
  EXPECT_GT(result.scores.r2, 0.999999);
}

// What a fold predicts must not depend on the value that it left out.
TEST(Validation, NeverSeesWhatItPredicts) {
  auto table = table_of({1, 2, 3, 4, 5, 6}, [](double x) { return 10 + x; });
  const std::vector<ModelSpec> specs{model_spec("macs")};
  const Scheme scheme = scheme_from("network");
  const auto before = validate(specs, table, all_rows(table), Target::energy, scheme);
  table.rows[2].energy = Joules{1e6};
  const auto after = validate(specs, table, all_rows(table), Target::energy, scheme);
  EXPECT_DOUBLE_EQ(before.predicted[2], after.predicted[2]);
  EXPECT_NE(before.predicted[3], after.predicted[3]);
}

TEST(Scores, SayWhenR2Flatters) {
  const auto table = table_of({1, 2, 3, 100}, [](double x) { return 1000 * x; });
  const std::vector<double> predicted{2000, 3500, 1500, 100000};
  const auto scores = score(table, all_rows(table), predicted, Target::energy);
  EXPECT_GT(scores.r2, 0.99);
  EXPECT_NEAR(scores.mape, (1 + 0.75 + 0.5 + 0) / 4, 1e-12);
  EXPECT_NEAR(scores.mdape, 0.625, 1e-12);
  EXPECT_THAT(scores.flattery(), HasSubstr("flatters"));
  EXPECT_EQ(
      score(table, all_rows(table), std::vector<double>{1000, 2000, 3000, 1e5}, Target::energy)
          .flattery(),
      "");
}

TEST(Conformal, CoversNewCasesAsOftenAsItSays) {
  std::mt19937 random{3};
  std::normal_distribution<double> noise{0, 0.1};
  const auto noisy = [&](double x) { return 1000 * x * std::exp(noise(random)); };
  std::vector<double> x(200);
  std::iota(x.begin(), x.end(), 1.0);
  const auto table = table_of(x, noisy);
  std::vector<double> ideal;
  for (const double v : x) ideal.push_back(1000 * v);
  const auto factor = error_factor(table, all_rows(table), ideal, Target::energy, 0.9);
  EXPECT_DOUBLE_EQ(factor.level, 0.9);
  int inside = 0;
  for (int i = 0; i < 2000; ++i) {
    const double measured = noisy(1) / 1000;
    inside += measured < factor.factor && measured > 1 / factor.factor;
  }
  EXPECT_NEAR(inside / 2000.0, 0.9, 0.05);
}

TEST(Trees, LearnAStepAndSurviveSaving) {
  if (!have_trees()) GTEST_SKIP() << trees_missing();
  std::vector<double> x(60);
  std::iota(x.begin(), x.end(), 1.0);
  const auto table = table_of(x, [](double v) { return v < 30 ? 100.0 : 500.0; });
  const auto model = fit(model_spec("trees"), table, all_rows(table), Target::energy);
  EXPECT_NEAR(model->at(table.rows[5]), 100, 2);
  EXPECT_NEAR(model->at(table.rows[50]), 500, 2);
}

}  // namespace
}  // namespace erg
