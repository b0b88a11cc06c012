// SPDX-License-Identifier: Apache-2.0
#include "erg/discover.h"

#include <algorithm>
#include <cstdlib>

#include "erg/host_info.h"
#include "erg/power_table.h"
#include "erg/suggest.h"

namespace erg {
namespace {

std::string or_variable(const std::string& value, const char* variable, const char* fallback) {
  if (!value.empty()) return value;
  const char* const set = std::getenv(variable);
  return set && *set ? set : fallback;
}

// Collects a SensorSet source by source.
class Discovery {
 public:
  explicit Discovery(const SensorOptions& options);

  SensorSet take() && { return std::move(set_); }

  void estimate();

 private:
  bool wanted(const std::string& device) const {
    return options_.devices.empty() ||
           std::ranges::find(options_.devices, device) != options_.devices.end();
  }
  bool has(DeviceKind kind) const {
    return std::ranges::any_of(set_.devices, [&](const Device& each) { return each.kind == kind; });
  }
  EstimatorInput estimator_input();
  Estimator named(std::string_view name, const EstimatorInput& input) const;

  SensorOptions options_;
  HostInfo host_;
  SensorSet set_;
};

Discovery::Discovery(const SensorOptions& options) : options_{options} {
  options_.nvml_library =
      or_variable(options.nvml_library, "ERG_NVML_LIBRARY", "libnvidia-ml.so.1");
  options_.sysfs_root = or_variable(options.sysfs_root, "ERG_SYSFS_ROOT", "/sys");
  options_.proc_root = or_variable(options.proc_root, "ERG_PROC_ROOT", "/proc");
  host_ = host_info("/", options_.proc_root);
}

EstimatorInput Discovery::estimator_input() {
  EstimatorInput input;
  input.threads = std::max<std::int64_t>(host_.threads, 1);
  input.sockets = std::max<std::int64_t>(host_.sockets, 1);
  input.memory_bytes = host_.memory_bytes;
  input.arm = host_.arm;
  input.calibrated = options_.cpu_model;
  const auto nominal = find_cpu_power(host_.cpu);
  if (!nominal) {
    set_.notes.push_back("CPU '" + host_.cpu + "' is not in the table of TDPs (version " +
                         std::string{power_table_version()} + "): its power is a guess by threads");
    return input;
  }
  input.tdp = nominal->power;
  if (nominal->threads > 0) {
    input.share = std::min(1.0, static_cast<double>(input.threads) /
                                    static_cast<double>(nominal->threads * input.sockets));
  }
  return input;
}

Estimator Discovery::named(std::string_view name, const EstimatorInput& input) const {
  if (auto estimator = make_estimator(name, input)) return *std::move(estimator);
  throw SensorUnavailable{"no estimator is called '" + std::string{name} + "'" +
                          suggestion(name, estimator_names())};
}

void Discovery::estimate() {
  const EstimatorInput input = estimator_input();
  std::vector<EstimatedChannel> estimates;
  if (!has(DeviceKind::cpu) && wanted("cpu-0")) {
    estimates.push_back({"energy", "cpu-0", named("cpu_idle_max", input)});
    set_.devices.push_back({"cpu-0", DeviceKind::cpu, host_.cpu, "", {}, {}});
  }
  if (!has(DeviceKind::memory) && wanted("memory-0") && host_.memory_bytes > 0) {
    estimates.push_back({"energy", "memory-0", named("memory_8gb", input)});
    set_.devices.push_back({"memory-0", DeviceKind::memory, "memory", "", {}, {}});
  }
  for (const std::string& name : options_.estimators) {
    const bool memory = name == "memory_8gb" || name == "codecarbon_dimm";
    estimates.push_back({name, memory ? "memory-0" : "cpu-0", named(name, input)});
  }
  if (estimates.empty() && !wanted("cpu-0")) return;
  try {
    set_.sensors.push_back(
        std::make_unique<EstimatorSensor>(std::move(estimates), "cpu-0", options_.proc_root));
  } catch (const SensorUnavailable& error) {
    set_.missing.push_back({"estimator", error.what(), "mount -t proc proc /proc"});
  }
}

}  // namespace

SensorSet discover(const SensorOptions& options) {
  Discovery discovery{options};
  discovery.estimate();
  return std::move(discovery).take();
}

}  // namespace erg
