// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "erg/run.h"

namespace erg {

// Mean power of a device in equal bins of time; a bin without readings is empty.
struct PowerSeries {
  std::string device;
  std::string name;  // the device's
  Interval covered;
  Nanoseconds bin{0};
  std::vector<std::optional<Watts>> power;
};

// One for each device of the part whose power or energy was read: from its finest channel, in at
// most `bins` bins, each no shorter than the channel's own steps.
std::vector<PowerSeries> power_series(const Part& part, std::size_t bins);

// The share of each phase (in phase::kInOrder) in equal bins of the part's time, of the device's
// own spans where it has any. Empty without phase spans.
std::vector<std::vector<double>> phase_shares(const Part& part, Interval whole, std::size_t bins);

}  // namespace erg
