// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/store.h"

namespace erg {

// Tags that tell the runs of a sweep. Do not change the words: they are stored.
namespace cap_tag {
inline constexpr const char* kSweep = "sweep";
inline constexpr const char* kCap = "power_cap_w";
inline constexpr const char* kClock = "sm_clock_mhz";
inline constexpr const char* kRepeat = "repeat";
}  // namespace cap_tag

// The runs of one work on one device under several caps, as the store holds them.
struct StoredSweep {
  std::string name;  // the sweep's own; of other runs "A40 cifar100/resnet50 batch 128 adam"
  bool imported = false;
  bool phases_only = false;  // energy is that of the training phases: nothing else was kept
  double epochs = 0;         // of a run; 0: unknown, the unit is a run
  CapCurve curve;            // of one epoch, or of one run
  std::vector<std::vector<RunSummary>> runs;  // by point of the curve
};

// All sweeps of two caps or more, by name. Runs that did not finish or have no energy are left out.
// `words` choose: a sweep is taken when its name is one of them, or contains one and none is equal;
// without words all are.
//
// With `detail` the runs of what was chosen are loaded: epochs give intervals, and the energy of
// the training phases stands in where a run has no other.
std::vector<StoredSweep> stored_sweeps(const Store& store, const std::vector<std::string>& words,
                                       bool detail);

// The one sweep that `words` choose. Throws std::runtime_error naming what there is.
StoredSweep one_sweep(const Store& store, const std::vector<std::string>& words);

// The same work on several data sets as one: the sum over `sweeps` at the caps that all have.
// Throws std::runtime_error where they are of several devices or share fewer than two caps.
StoredSweep combined(const std::vector<StoredSweep>& sweeps);

}  // namespace erg
