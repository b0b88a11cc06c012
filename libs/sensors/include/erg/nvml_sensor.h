// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "erg/sensor_set.h"

namespace erg {

// Which of NVIDIA's cards, and what of them.
struct NvmlOptions {
  std::string library = "libnvidia-ml.so.1";
  std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES; empty: all cards
  std::string device_order;                    // CUDA_DEVICE_ORDER
  bool every_source = false;         // each source of power that answers, not the best alone
  std::vector<std::string> devices;  // only these UUIDs; empty: all that are visible
};

// Sensors of every visible card, each source at its own period:
//   "power_ring"     the driver's ring of samples, with the driver's own stamps, once a second;
//   "power_instant"  a short mean, every 100 ms: where the ring gives nothing;
//   "power_average"  a mean over a second, every 100 ms: where neither does;
//   "energy"         the card's counter, every 30 s, for its reading is dear (2-20 ms); every 5 s
//                    where there is no power beside it;
//   gauges           sm_clock, memory_clock, temperature, power_limit, utilisation, once a second.
// Each source is tried here, and a note says which was taken. Power is the whole card's, slices
// (MIG) and all. A wall clock that is stepped costs the ring up to two seconds: a gap.
//
// Throws SourceMissing when the library cannot be loaded or does not start, when there is no card,
// or when none of `devices` is one.
SensorSet open_nvml(const NvmlOptions& options = {});

// A process that computes on a card.
struct GpuProcess {
  std::string device;  // UUID
  std::int64_t process = 0;

  friend bool operator==(const GpuProcess&, const GpuProcess&) = default;
};

// Processes on the visible cards, in the order of cards and ids. Empty where NVML does not tell.
std::vector<GpuProcess> gpu_processes(const NvmlOptions& options = {});

}  // namespace erg
