// SPDX-License-Identifier: Apache-2.0
#include "erg/estimate.h"

#include <gtest/gtest.h>

namespace erg {
namespace {

TEST(Estimate, TheGainOfOneDeviceDoesNotAverageOut) {
  const EnergyEstimate one{Joules{100}, Joules{3}, 0.05, Provenance::measured};
  const auto sum = add_same_device(one, one);
  EXPECT_DOUBLE_EQ(sum.value.value(), 200);
  EXPECT_DOUBLE_EQ(sum.common_u, 0.05);
  EXPECT_DOUBLE_EQ(sum.independent_u.value(), std::hypot(3, 3));
  EXPECT_DOUBLE_EQ(sum.total_u().value(), std::hypot(10, std::hypot(3, 3)));
}

TEST(Estimate, TheGainsOfTwoDevicesDo) {
  const EnergyEstimate one{Joules{100}, Joules{0}, 0.05, Provenance::measured};
  EXPECT_NEAR(add_devices(one, one).total_u().value(), std::hypot(5, 5), 1e-12);
}

TEST(Estimate, ASumIsAsSureAsItsWeakestTerm) {
  const EnergyEstimate measured{Joules{1}, Joules{0}, 0, Provenance::measured};
  const EnergyEstimate modelled{Joules{1}, Joules{0}, 0.5, Provenance::modelled};
  EXPECT_EQ(add_devices(measured, modelled).provenance, Provenance::modelled);
  EXPECT_EQ(add_devices(modelled, measured).provenance, Provenance::modelled);
}

TEST(Estimate, NothingAddedIsNothing) {
  const EnergyEstimate none;
  EXPECT_EQ(add_devices(none, none), none);
}

}  // namespace
}  // namespace erg
