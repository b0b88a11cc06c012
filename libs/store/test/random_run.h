// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "erg/run.h"

namespace erg::testing {

// A run with something of everything, different for each seed.
Run random_run(std::uint64_t seed);

// Fails the current test, naming what differs.
void expect_same(const Run& expected, const Run& got);
void expect_same(const Breakdown& expected, const Breakdown& got);

}  // namespace erg::testing
