// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/store.h"

namespace erg {

// A run of a sweep that did not succeed.
struct CapFailure {
  Watts cap;
  int repeat = 0;
  int exit_status = 0;  // -1: the cap could not be set
  std::string words;
};

// How a sweep ended, beside the runs that it left in the store.
struct SweepEnd {
  std::string name;
  std::string device;  // by UUID
  CapKind kind = CapKind::power;
  std::vector<CapFailure> failures;
  bool interrupted = false;
};

// Prints what the runs of the sweep took at each cap, and what failed.
void report_sweep(Store& store, const SweepEnd& end, bool json);

}  // namespace erg
