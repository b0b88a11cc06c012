// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/regressor.h"
#include "erg/summary.h"
#include "tables.h"

namespace erg {
namespace {

using testing::all_rows;
using TimeOfPass = std::function<double(const PassWork&)>;

double longest(const PassWork& pass) {
  return std::max({pass.macs * 1e-13, pass.bytes * 2e-12, pass.kernels * 5e-6});
}

double all_of(const PassWork& pass) {
  return pass.macs * 1e-13 + pass.bytes * 2e-12 + pass.kernels * 5e-6;
}

// Steps of networks at four batches on a machine whose laws are known: 50 pJ a MAC, 200 pJ a byte,
// 1 mJ a kernel.
Observations steps_of(const TimeOfPass& time_of) {
  Observations table;
  table.unit = "step";
  for (const auto* name : {"lenet5", "alexnet_thesis", "resnet18_thesis", "vgg11_thesis",
                           "googlenet_thesis", "mobilenetv1_thesis", "mobilenetv2_thesis"}) {
    const Network network = make_network(name);
    for (const std::int64_t batch : {8, 32, 64, 128}) {
      CountOptions options;
      options.batch = batch;
      Observation row;
      row.label = row.network = name;
      row.batch = row.images = static_cast<double>(batch);
      row.work = step_work(count(network, options));
      double seconds = 0;
      for (const auto& pass : row.work->passes) seconds += time_of(pass);
      const PassWork& total = row.work->total;
      row.time = Seconds{seconds};
      row.energy = Joules{total.macs * 5e-11 + total.bytes * 2e-10 + total.kernels * 1e-3};
      table.rows.push_back(row);
    }
  }
  return table;
}

double true_value(const Observation& row, Target target) { return row.value(target).value(); }

// The logarithms of what a model fitted on `seen` predicts over what is true.
std::vector<double> errors(const Observations& seen, const Observations& truth, Target target) {
  const auto model = fit(model_spec("physical"), seen, all_rows(seen), target);
  std::vector<double> all;
  for (const auto& row : truth.rows) {
    all.push_back(std::log(model->at(row) / true_value(row, target)));
  }
  return all;
}

double worst(const std::vector<double>& errors) {
  double most = 0;
  for (const double error : errors) most = std::max(most, std::abs(error));
  return most;
}

TEST(PhysicalModel, FindsWhetherTheDeviceOverlaps) {
  for (const TimeOfPass& machine : {TimeOfPass{longest}, TimeOfPass{all_of}}) {
    const auto table = steps_of(machine);
    for (const auto target : {Target::energy, Target::time}) {
      EXPECT_LT(worst(errors(table, table, target)), 0.02) << to_string(target);
    }
  }
}

// A fit of relative errors comes out 13 % low on this noise: its squares punish what predicts too
// much more than what predicts too little.
TEST(PhysicalModel, IsNotBiasedByNoise) {
  constexpr double kNoise = 0.3;
  std::mt19937_64 random{5};
  std::normal_distribution<double> draw{0, kNoise};
  const auto truth = steps_of(longest);
  Observations seen = truth;
  seen.rows.clear();
  for (int repeat = 0; repeat < 8; ++repeat) {
    for (auto row : truth.rows) {
      row.time = std::exp(draw(random)) * *row.time;
      row.energy = std::exp(draw(random)) * *row.energy;
      seen.rows.push_back(row);
    }
  }
  for (const auto target : {Target::energy, Target::time}) {
    EXPECT_NEAR(mean(errors(seen, truth, target)), 0, 0.05) << to_string(target);
  }
}

TEST(PhysicalModel, HoldsForTheRestWhereOneKindFollowsNoLaw) {
  const auto truth = steps_of(longest);
  Observations seen = truth;
  Observations ordinary = truth;
  ordinary.rows.clear();
  for (auto& row : seen.rows) {
    if (row.network != "mobilenetv2_thesis") {
      ordinary.rows.push_back(row);
      continue;
    }
    row.time = 4 * *row.time;
    row.energy = 4 * *row.energy;
  }
  for (const auto target : {Target::energy, Target::time}) {
    const auto all = errors(seen, ordinary, target);
    EXPECT_LT(std::abs(median(all)), 0.05) << to_string(target);
  }
}

}  // namespace
}  // namespace erg
