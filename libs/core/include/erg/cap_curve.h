// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "erg/estimate.h"

namespace erg {

// What holds the device back: a limit of its power, or, where it has none, of its SM clock.
enum class CapKind { power, clock };

// What one unit of work (an epoch, a step, a sample) took under one cap.
struct CapPoint {
  Watts cap;  // of a curve of clocks: the number is the lock's megahertz
  EnergyEstimate energy;
  TimeEstimate time;
  Watts power;  // mean measured power: a cap is not a power, it may be exceeded or never met
  std::size_t runs = 1;  // repetitions behind the point
};

// The same work under several caps of one device: measured, or predicted.
struct CapCurve {
  CapKind kind = CapKind::power;
  std::string device;
  std::string workload;          // "cifar100/resnet50 batch 128 adam"
  std::string unit = "epoch";    // what energy and time are of
  double samples_per_unit = 0;   // 0: unknown
  double macs_per_unit = 0;      // 0: unknown
  std::vector<CapPoint> points;  // by rising cap, one a cap
};

}  // namespace erg
