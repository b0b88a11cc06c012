// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/run.h"

namespace erg {

// What one way of measuring would have said of a device.
struct MethodEnergy {
  std::string method;
  Joules energy;
};

// One device as every method would have seen it, over the time that all its readings cover.
struct MethodComparison {
  std::string device;     // its name
  std::string reference;  // the surest of its sources: a meter, the counter, the finest power
  Joules energy;          // by the reference
  Seconds time{0};
  std::vector<MethodEnergy> rows;  // the reference's own is not among them
};

// A device without readings of energy or power is left out. Beside what was read: each power polled
// every `polling` as a script around nvidia-smi does, the estimators of other tools from the
// recorded utilisation, and nominal power times time. A pure function of the run.
std::vector<MethodComparison> compare_methods(const Run& run, Seconds polling);

}  // namespace erg
