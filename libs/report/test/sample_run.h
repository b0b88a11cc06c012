// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/run.h"

namespace erg::testing {

// A training of three epochs on a GPU that draws 300 W in forward and backward, 100 W else, with
// its breakdowns: what a report is made of. Deterministic.
Run sample_run(std::string name = "lenet5 on fashion_mnist");

// The same with its energy by device and, where it is known, what the GPU draws at rest.
Run idle_run(std::optional<Watts> idle);

}  // namespace erg::testing
