// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_polynomial.h"

#include <gtest/gtest.h>

#include "curves.h"
#include "erg/cap_budget.h"

namespace erg {
namespace {

using testing::cap_curve;
using testing::cap_point;

// THESIS.md 4: AlexNet on a laptop 3060, joules and seconds an epoch at 40, 45, ..., 95 W.
CapCurve laptop_3060() {
  const double energy_j[] = {2729.461, 2394.804, 2374.231, 2445.43,  2551.719, 2631.92,
                             2748.146, 2875.7,   2973.489, 3140.439, 3229.539, 3375.872};
  const double time_s[] = {68.455, 53.644, 47.409, 44.525, 42.879, 40.860,
                           39.367, 38.488, 37.847, 37.219, 36.674, 36.271};
  CapCurve curve;
  for (int i = 0; i < 12; ++i) {
    curve.points.push_back(cap_point(40 + 5 * i, energy_j[i], time_s[i]));
  }
  return curve;
}

TEST(CapPolynomial, IsExactOnAPolynomial) {
  CapCurve curve;
  for (double cap = 40; cap <= 95; cap += 5) {
    curve.points.push_back(cap_point(cap, 500 - 20 * cap + 0.3 * cap * cap, 100 - cap));
  }
  const CapPolynomial model{curve.points, 2};
  EXPECT_NEAR(model.energy_coefficients()[0], 500, 1e-8);
  EXPECT_NEAR(model.energy_coefficients()[1], -20, 1e-8);
  EXPECT_NEAR(model.energy_coefficients()[2], 0.3, 1e-8);
  EXPECT_NEAR(model.time(Watts{70}).count(), 30, 1e-9);
}

// The published fit is over single epochs, this one over their means, so a watt or so apart.
TEST(CapPolynomial, FindsTheStudysMinimum) {
  const CapPolynomial model{laptop_3060().points};
  EXPECT_NEAR(model.least_energy_cap().value(), 51, 1);
  EXPECT_EQ(model.energy_coefficients().size(), 5u);
}

TEST(CapPolynomial, SpendsTheStudysBudget) {
  const CapPolynomial model{laptop_3060().points};
  std::vector<Watts> caps;
  for (double cap = 40; cap <= 95; cap += 5) caps.push_back(Watts{cap});
  const auto curve = model.at(caps);
  const auto rows = spend(curve, budget_of_units_at_highest(curve, 100));
  const std::pair<int, double> published[] = {{0, 125}, {2, 142}, {4, 134},
                                              {6, 122}, {8, 113}, {10, 105}};
  for (const auto& [row, epochs] : published) {
    EXPECT_NEAR(rows[static_cast<std::size_t>(row)].units, epochs, 2) << rows[row].cap.value();
  }
}

TEST(CapPolynomial, NeedsMoreCapsThanItsDegree) {
  const auto curve = cap_curve({cap_point(50, 1, 1), cap_point(50, 1, 1), cap_point(60, 1, 1),
                                cap_point(70, 1, 1), cap_point(80, 1, 1)});
  EXPECT_THROW((CapPolynomial{curve.points, 4}), std::invalid_argument);
  EXPECT_NO_THROW((CapPolynomial{curve.points, 3}));
  EXPECT_THROW((CapPolynomial{curve.points, 0}), std::invalid_argument);
}

}  // namespace
}  // namespace erg
