// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "curves.h"
#include "erg/cap_choice.h"

namespace erg {
namespace {

// "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power", nothing quoted.
void read_sweeps(const std::filesystem::path& file, const std::string& device,
                 std::vector<CapCurve>& sweeps) {
  std::ifstream stream{file};
  std::string line;
  std::getline(stream, line);
  std::map<std::string, CapCurve> by_workload;
  while (std::getline(stream, line)) {
    std::istringstream cells{line};
    std::string cell, workload;
    for (int i = 0; i < 4; ++i) {
      std::getline(cells, cell, ',');
      workload += cell + " ";
    }
    double cap_w = 0, time_s = 0, power_w = 0;
    char comma = 0;
    cells >> cap_w >> comma >> time_s >> comma >> power_w;
    by_workload[workload].points.push_back(testing::cap_point(cap_w, time_s * power_w, time_s));
  }
  for (auto& [workload, curve] : by_workload) {
    curve.device = device;
    curve.workload = workload;
    std::ranges::sort(curve.points, {}, &CapPoint::cap);
    sweeps.push_back(curve);
  }
}

TEST(CapTraces, FourProbesChooseNearlyTheBestCap) {
  const std::filesystem::path folder = std::filesystem::path{ERG_SHARED_DATA} / "cap_traces";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  std::vector<CapCurve> sweeps;
  read_sweeps(folder / "summary_power_a40.csv", "A40", sweeps);
  read_sweeps(folder / "summary_power_v100.csv", "V100", sweeps);
  const auto scores = score_probes(sweeps, 4);
  ASSERT_EQ(scores.size(), 3u);
  for (const auto& score : scores) {
    EXPECT_LT(score.excess_energy_mean, 0.012) << score.device;
    EXPECT_LT(score.time_error_mean, 0.037) << score.device;
  }
  const auto& all = scores.back();
  EXPECT_EQ(all.configurations, 121u);
  EXPECT_LT(all.excess_energy_mean, 0.025);
  EXPECT_LT(all.time_error_mean, 0.029);
  EXPECT_GT(all.interval_coverage, 0.85);
  for (const auto& score : scores) {
    RecordProperty(score.device + "_excess_energy_mean", std::to_string(score.excess_energy_mean));
    std::cout << score.device << " excess " << score.excess_energy_mean << " time error "
              << score.time_error_mean << " median " << score.time_error_median << " p95 "
              << score.time_error_p95 << " coverage " << score.interval_coverage << "\n";
  }
}

}  // namespace
}  // namespace erg
