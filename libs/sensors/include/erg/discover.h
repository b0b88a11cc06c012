// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "erg/estimator.h"
#include "erg/sensor_set.h"

namespace erg {

// What to look for, and where. An empty path or name stands for the environment variable named
// beside it, and where that is unset too, for the system's own.
struct SensorOptions {
  std::string nvml_library;          // ERG_NVML_LIBRARY, "libnvidia-ml.so.1"; "none": no NVML
  std::filesystem::path sysfs_root;  // ERG_SYSFS_ROOT, "/sys"
  std::filesystem::path proc_root;   // ERG_PROC_ROOT, "/proc"

  bool all_gpus = false;  // also those that CUDA_VISIBLE_DEVICES keeps from this process
  // Also what is contained in another channel (core and uncore in a package), and
  // every power source of a GPU instead of the best one.
  bool every_channel = false;
  std::vector<std::string> devices;       // only these Device::id; empty: all
  std::vector<std::string> estimators;    // further estimators by name, beside what is measured
  std::optional<IdleMaxModel> cpu_model;  // calibrated on this machine; replaces the TDP's
};

// Opens every source that answers. A CPU without a readable counter gets the estimator
// `cpu_idle_max`, and so does memory its own: those are marked modelled. Not so where psys alone is
// measured, which holds both, unless a device or an estimator is named. Never throws for a source
// that is missing; throws SensorUnavailable for one that was named in `devices` or `estimators`
// and is not there.
SensorSet discover(const SensorOptions& options = {});

// A warning for each process but this one that computes at this moment on the GPUs that discover()
// opens by these options. None where NVML does not tell.
std::vector<std::string> warnings_of_processes(const SensorOptions& options);

}  // namespace erg
