// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/npy.h"
#include "erg/python_literal.h"
#include "run_builder.h"

namespace erg {
namespace {

using namespace testing;

constexpr const char* kPhases[] = {"to_device", "forward", "loss", "backward", "optimize"};

std::string folder_of(const std::string& run) {
  return ERG_SHARED_DATA "/thesis/" + run + "/fashion_mnist/";
}

NpyArray array(const std::string& path) { return read_npy(*open_bytes(path)); }

Timestamp moment(double unix_s, double zero_s) {
  return timestamp(nanoseconds_of(unix_s) - nanoseconds_of(zero_s));
}

// The last session of the power file; times count from `zero_s`.
Timeline power_of(const std::string& folder, double zero_s) {
  Channel channel = power_channel("gpu-0");
  channel.resolution = 0.001;
  channel.refresh = Seconds{0};
  Timeline power{channel};
  const auto source = open_bytes(folder + "energy_consumption_file.csv");
  CsvReader rows{*source};
  while (rows.next()) {
    const auto time = parse_number(rows.fields()[0]);
    if (!time) {
      power = Timeline{channel};  // a header: another session
      continue;
    }
    power.append({moment(*time, zero_s), std::llround(*parse_number(rows.fields()[1]) * 1000)});
  }
  return power;
}

class ThesisRun : public ::testing::TestWithParam<const char*> {};

TEST_P(ThesisRun, EverySavedEnergyIsReproduced) {
  const std::string folder = folder_of(GetParam());
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  const double zero_s = array(folder + "epoch.npy").values[0];
  PartBuilder part;
  const Timeline power = power_of(folder, zero_s);
  part.device(gpu("gpu-0")).add(power);
  std::map<std::string, double> saved;
  double worst_j = 0;
  for (const auto* phase : kPhases) {
    const auto energies = array(folder + phase + "_energy.npy").values;
    const auto times = array(folder + phase + ".npy").values;
    ASSERT_EQ(times.size() / 2, energies.size() / 3);
    for (std::size_t i = 0; i < times.size() / 2; ++i) {
      const Interval span{moment(times[2 * i], zero_s), moment(times[2 * i + 1], zero_s)};
      // A layer run's forward was saved as the sum of its layers, gaps between them left out.
      const bool sum_of_layers = std::string{GetParam()}.ends_with("_layer") && *phase == 'f';
      if (!sum_of_layers) {
        worst_j =
            std::max(worst_j, std::abs(power.energy_clamped(span).value() - energies[3 * i + 2]));
        saved[phase] += energies[3 * i + 2];
      }
      part.span(SpanKind::phase, phase, seconds_since_start(span.begin).count(),
                seconds_since_start(span.end).count());
    }
  }
  EXPECT_LT(worst_j, 0.01);
  const auto result = attribute(run_of({part.build()}));
  for (const auto& [phase, energy] : saved) {
    EXPECT_NEAR(joules(row(result, phase)), energy, 0.01) << phase;
  }
  EXPECT_NEAR(imbalance(result), 0, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(
    Runs, ThesisRun,
    ::testing::Values("3080/ModelsData/alexnet/E5_B128_R0_SR2",
                      "3080/ModelsData/alexnet/E5_B128_R0_SR2_layer",
                      "3080/ModelsData/resnet18/E5_B128_R0_SR2",
                      "4070/ModelsData/resnet18/E5_B128_R0_SR2_performance_160",
                      "4070/ModelsData/resnet18/E5_B128_R0_SR2_performance_320"));

TEST(ThesisLayers, EverySavedEnergyIsReproduced) {
  const std::string folder = folder_of("3080/ModelsData/alexnet/E5_B128_R0_SR2_layer");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  const double zero_s = array(folder + "epoch.npy").values[0];
  const Timeline power = power_of(folder, zero_s);
  const auto source = open_bytes(folder + "layer_energy.csv");
  CsvReader rows{*source};
  rows.next();
  PythonLiteral cell;
  double sum_j = 0, saved_j = 0, worst = 0;
  std::size_t count = 0;
  while (rows.next()) {
    for (const auto field : rows.fields()) {
      cell.parse(field);
      const auto nodes = cell.nodes();
      for (std::size_t i = 1; i + 4 < nodes.size(); i += 5) {  // name, list, three numbers
        const Interval span{moment(nodes[i + 2].number, zero_s),
                            moment(nodes[i + 3].number, zero_s)};
        const double energy = power.energy_clamped(span).value(), saved = nodes[i + 4].number;
        worst = std::max(worst, std::abs(energy - saved));
        sum_j += energy;
        saved_j += saved;
        ++count;
      }
    }
  }
  EXPECT_EQ(count, 22u * 469 * 5);
  EXPECT_LT(worst, 1e-6);
  EXPECT_NEAR(sum_j / saved_j, 1, 1e-6);
  EXPECT_NEAR(sum_j, 6202.231, 0.01);
}

}  // namespace
}  // namespace erg
