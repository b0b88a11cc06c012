// SPDX-License-Identifier: Apache-2.0
#include "erg/discover.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "erg/host_info.h"
#include "erg/hwmon_sensor.h"
#include "erg/nvml_sensor.h"
#include "erg/perf_energy_sensor.h"
#include "erg/power_table.h"
#include "erg/powercap_sensor.h"
#include "erg/source_missing.h"
#include "erg/suggest.h"
#include "selected_sensor.h"

namespace erg {
namespace {

std::string or_variable(const std::string& value, const char* variable, const char* fallback) {
  if (!value.empty()) return value;
  const char* const set = std::getenv(variable);
  return set && *set ? set : fallback;
}

IdlePower at_rest(const EstimatedChannel& estimate) {
  return {estimate.device, estimate.estimator.power(0), estimate.estimator.provenance,
          estimate.estimator.name + " at rest"};
}

SensorOptions with_environment(const SensorOptions& given) {
  SensorOptions options = given;
  options.nvml_library = or_variable(given.nvml_library, "ERG_NVML_LIBRARY", "libnvidia-ml.so.1");
  options.sysfs_root = or_variable(given.sysfs_root, "ERG_SYSFS_ROOT", "/sys");
  options.proc_root = or_variable(given.proc_root, "ERG_PROC_ROOT", "/proc");
  return options;
}

// Precondition: `options` are with_environment.
NvmlOptions nvml_options(const SensorOptions& options) {
  NvmlOptions nvml;
  nvml.library = options.nvml_library;
  nvml.every_source = options.every_channel;
  nvml.devices = options.devices;
  if (const char* order = std::getenv("CUDA_DEVICE_ORDER")) nvml.device_order = order;
  const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible && !options.all_gpus) nvml.visible_devices = visible;
  return nvml;
}

// Collects a SensorSet source by source.
class Discovery {
 public:
  explicit Discovery(const SensorOptions& options);

  SensorSet take() && { return std::move(set_); }

  void open_gpus();
  void open_rapl();
  void open_hwmon();
  void estimate();
  void check_wanted() const;

 private:
  void add(SensorSet&& part);
  void open_rapl_by_perf();
  void miss(std::string source, const SourceMissing& error);
  void adopt(std::unique_ptr<Sensor> sensor, const std::vector<std::string>& notes);
  bool wanted(const std::string& device) const {
    return options_.devices.empty() ||
           std::ranges::find(options_.devices, device) != options_.devices.end();
  }
  bool has(DeviceKind kind) const {
    return std::ranges::any_of(set_.devices, [&](const Device& each) { return each.kind == kind; });
  }
  // Where the CPU's utilisation and the estimates of other methods belong.
  std::string cpu_id() const {
    const auto cpu = std::ranges::find(set_.devices, DeviceKind::cpu, &Device::kind);
    return cpu == set_.devices.end() ? "" : cpu->id;
  }
  // psys is measured, and no part of what it holds: estimates beside it would take its place.
  bool platform_alone() const {
    return std::ranges::find(set_.devices, "board-0", &Device::id) != set_.devices.end() &&
           !has(DeviceKind::cpu) && !has(DeviceKind::gpu) && options_.devices.empty() &&
           options_.estimators.empty();
  }
  EstimatorInput estimator_input();
  Estimator named(std::string_view name, const EstimatorInput& input) const;

  SensorOptions options_;
  HostInfo host_;
  SensorSet set_;
};

Discovery::Discovery(const SensorOptions& options)
    : options_{with_environment(options)}, host_{host_info("/", options_.proc_root)} {}

void Discovery::add(SensorSet&& part) {
  std::ranges::move(part.sensors, std::back_inserter(set_.sensors));
  std::ranges::move(part.devices, std::back_inserter(set_.devices));
  std::ranges::move(part.notes, std::back_inserter(set_.notes));
  std::ranges::move(part.warnings, std::back_inserter(set_.warnings));
  std::ranges::move(part.missing, std::back_inserter(set_.missing));
}

void Discovery::open_gpus() {
  if (options_.nvml_library == "none") return;
  try {
    add(open_nvml(nvml_options(options_)));
    std::ranges::move(warnings_of_processes(options_), std::back_inserter(set_.warnings));
  } catch (const SourceMissing& error) {
    set_.missing.push_back({"NVML", error.what(), error.remedy()});
    if (error.failing()) {
      set_.warnings.push_back(std::string{"GPUs are not measured: "} + error.what());
    }
  }
}

void Discovery::miss(std::string source, const SourceMissing& error) {
  const bool loads_driver = error.remedy().starts_with("sudo modprobe");
  if (host_.virtual_machine && loads_driver) {
    set_.missing.push_back({std::move(source),
                            error.what() + std::string{"; a virtual machine has none of its own"},
                            ""});
  } else {
    set_.missing.push_back({std::move(source), error.what(), error.remedy()});
  }
}

void Discovery::adopt(std::unique_ptr<Sensor> sensor, const std::vector<std::string>& notes) {
  std::vector<std::size_t> chosen;
  const auto channels = sensor->channels();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string& id = channels[i].device;
    if (!wanted(id)) continue;
    chosen.push_back(i);
    if (std::ranges::find(set_.devices, id, &Device::id) != set_.devices.end()) continue;
    const DeviceKind kind = id.starts_with("cpu-")      ? DeviceKind::cpu
                            : id.starts_with("memory-") ? DeviceKind::memory
                                                        : DeviceKind::board;
    const std::string name = kind == DeviceKind::cpu ? host_.cpu : std::string{to_string(kind)};
    set_.devices.push_back({id, kind, name, "", {}, {}});
  }
  if (chosen.empty()) return;
  if (chosen.size() < channels.size()) {
    sensor = std::make_unique<SelectedSensor>(std::move(sensor), std::move(chosen));
  }
  set_.sensors.push_back(std::move(sensor));
  set_.notes.insert(set_.notes.end(), notes.begin(), notes.end());
}

void Discovery::open_rapl() {
  try {
    auto sensor = std::make_unique<PowercapSensor>(options_.sysfs_root / "class/powercap",
                                                   options_.every_channel);
    const auto notes = sensor->notes();
    const auto& missing = sensor->missing();
    set_.missing.insert(set_.missing.end(), missing.begin(), missing.end());
    adopt(std::move(sensor), notes);
  } catch (const SourceMissing& error) {
    miss("RAPL powercap", error);
    open_rapl_by_perf();
  }
}

// The same counters once more: only where powercap gives none.
void Discovery::open_rapl_by_perf() {
  try {
    auto sensor = std::make_unique<PerfEnergySensor>(
        options_.sysfs_root / "bus/event_source/devices", options_.every_channel);
    const auto notes = sensor->notes();
    adopt(std::move(sensor), notes);
  } catch (const SourceMissing& error) {
    miss("RAPL perf", error);
  }
}

void Discovery::open_hwmon() {
  try {
    auto sensor =
        std::make_unique<HwmonSensor>(options_.sysfs_root / "class/hwmon", options_.every_channel);
    for (const Device& each : sensor->devices()) {
      if (wanted(each.id)) set_.devices.push_back(each);
    }
    const auto notes = sensor->notes();
    const auto& missing = sensor->missing();
    set_.missing.insert(set_.missing.end(), missing.begin(), missing.end());
    adopt(std::move(sensor), notes);
  } catch (const SourceMissing& error) {
    miss("hwmon", error);
  }
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
    if (!has(DeviceKind::cpu) && wanted("cpu-0") && !input.calibrated)
      set_.notes.push_back("CPU '" + host_.cpu + "' is not in the table of TDPs (version " +
                           std::string{power_table_version()} +
                           "): its power is a guess by threads");
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
  if (platform_alone()) {
    set_.notes.push_back("board-0 (psys) holds CPU and memory: neither is estimated beside it");
    return;
  }
  const EstimatorInput input = estimator_input();
  std::vector<EstimatedChannel> estimates;
  if (!has(DeviceKind::cpu) && wanted("cpu-0")) {
    estimates.push_back({"energy", "cpu-0", named("cpu_idle_max", input)});
    set_.devices.push_back({"cpu-0", DeviceKind::cpu, host_.cpu, "", {}, {}});
    set_.idle.push_back(at_rest(estimates.back()));
  }
  if (!has(DeviceKind::memory) && wanted("memory-0") && host_.memory_bytes > 0) {
    estimates.push_back({"energy", "memory-0", named("memory_8gb", input)});
    set_.devices.push_back({"memory-0", DeviceKind::memory, "memory", "", {}, {}});
    set_.idle.push_back(at_rest(estimates.back()));
  }
  for (const std::string& name : options_.estimators) {
    const bool memory = name == "memory_8gb" || name == "codecarbon_dimm";
    estimates.push_back({name, memory ? "memory-0" : cpu_id(), named(name, input)});
  }
  std::erase_if(estimates, [&](const EstimatedChannel& each) { return !wanted(each.device); });
  if (estimates.empty() && cpu_id().empty()) return;
  try {
    set_.sensors.push_back(
        std::make_unique<EstimatorSensor>(std::move(estimates), cpu_id(), options_.proc_root));
  } catch (const SensorUnavailable& error) {
    set_.missing.push_back({"estimator", error.what(), "mount -t proc proc /proc"});
  }
}

void Discovery::check_wanted() const {
  for (const std::string& id : options_.devices) {
    if (std::ranges::find(set_.devices, id, &Device::id) != set_.devices.end()) continue;
    std::string what = "no device '" + id + "' can be measured here; there are:";
    for (const Device& each : set_.devices) what += " " + each.id;
    for (const MissingSource& each : set_.missing) what += "; " + each.source + ": " + each.reason;
    throw SensorUnavailable{what};
  }
}

}  // namespace

SensorSet discover(const SensorOptions& options) {
  Discovery discovery{options};
  discovery.open_gpus();
  discovery.open_hwmon();
  discovery.open_rapl();
  discovery.estimate();
  discovery.check_wanted();
  return std::move(discovery).take();
}

std::vector<std::string> warnings_of_processes(const SensorOptions& options) {
  const SensorOptions here = with_environment(options);
  std::vector<std::string> warnings;
  if (here.nvml_library == "none") return warnings;
  try {
    for (const GpuProcess& each : gpu_processes(nvml_options(here))) {
      if (each.process == ::getpid()) continue;
      warnings.push_back("another process (" + std::to_string(each.process) + ") computes on " +
                         each.device + ": its joules are not this job's alone");
    }
  } catch (const SourceMissing&) {
    return warnings;  // without NVML there is nobody to ask
  }
  return warnings;
}

}  // namespace erg
