// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/run.h"

namespace erg::attribution {

// A device as all parts of one clock know it together.
struct MeasuredDevice {
  Device device;
  std::string name;                 // unique in the run: the id, with its host where ids repeat
  const Timeline* spans = nullptr;  // the channel that sees the shortest spans; null: no power
  const Timeline* counter = nullptr;
  std::vector<const Part*> parts;  // those that list it
};

// The parts of a run that share one clock, with what they measured together.
struct Host {
  std::string name;
  std::vector<const Part*> parts;
  std::vector<MeasuredDevice> devices;  // GPUs first, else in the order they are listed
  Interval extent;                      // where the run lies; empty: nowhere
  Timestamp open_end;                   // where a span ends that was never closed
};

std::vector<Host> hosts_of(const Run& run);

bool is_gpu(const MeasuredDevice& device);

// A whole board's power holds that of the devices measured beside it.
bool holds_others(const Host& host, const MeasuredDevice& device);

// Time between one reading and the next, in the middle of all.
Seconds median_spacing(const Timeline& timeline);

// What a channel cannot tell apart: its window, its refresh or its reading, whichever is longest.
Seconds time_resolution(const Timeline& timeline);

}  // namespace erg::attribution
