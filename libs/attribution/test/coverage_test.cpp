// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "erg/summary.h"
#include "simulated_profile.h"

namespace erg {
namespace {

using namespace testing;

void expect_honest(const Coverage& coverage, double half_width) {
  EXPECT_GE(coverage.share(), 0.93);
  EXPECT_LE(coverage.share(), 0.98);
  EXPECT_LE(median(coverage.half_widths), half_width);
  ::testing::Test::RecordProperty("coverage", std::to_string(coverage.share()));
  ::testing::Test::RecordProperty("median_half_width",
                                  std::to_string(median(coverage.half_widths)));
}

TEST(SimulatedDesigns, PhaseIntervalsHoldTheTruthAsOftenAsTheySay) {
  expect_honest(phase_coverage(2000, 500'000), 0.03);
}

TEST(SimulatedDesigns, LayerIntervalsHoldTheTruthAsOftenAsTheySay) {
  expect_honest(layer_coverage(200, 900'000), 0.08);
}

}  // namespace
}  // namespace erg
