// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "erg/design_plan.h"

namespace erg::attribution {

// How many blocks of each design, in a random order whose every stretch holds all designs alike.
std::vector<PlannedBlock> in_random_order(std::span<const StepDesign> designs,
                                          const std::vector<std::size_t>& counts,
                                          const ProfileBudget& budget);

// Blocks that fit into the budget.
std::size_t affordable(const ProfileBudget& budget);

}  // namespace erg::attribution
