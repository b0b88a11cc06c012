// SPDX-License-Identifier: Apache-2.0
#include "nvml_library.h"

#include <dlfcn.h>

#include <array>
#include <climits>
#include <cmath>

#include "erg/source_missing.h"
#include "nvml_status.h"
#include "text_file.h"

namespace erg::nvml {
namespace {

// A text that NVML writes into a buffer; empty where it does not.
template <class Call>
std::string text_of(Call call) {
  std::array<char, 128> text{};
  if (call(text.data(), static_cast<unsigned>(text.size() - 1)) != kSuccess) return "";
  return printable(text.data());
}

}  // namespace

void Library::Close::operator()(void* handle) const { ::dlclose(handle); }

void* Library::symbol(const char* name) const { return ::dlsym(handle_.get(), name); }

Library::Library(const std::string& path) : handle_{::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)} {
  if (!handle_) {
    throw SourceMissing{"NVML cannot be loaded: " + std::string{::dlerror()},
                        "sudo apt install nvidia-driver"};
  }
  const auto needed = [&](auto*& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol(name));
    if (!function) {
      throw SourceMissing{path + " has no " + name + ": not NVML, or of a driver before 2012",
                          "sudo apt install nvidia-driver"};
    }
  };
  Return (*init)() = nullptr;
  needed(init, "nvmlInit_v2");
  needed(shutdown_, "nvmlShutdown");
  needed(device_count, "nvmlDeviceGetCount_v2");
  needed(device_by_index, "nvmlDeviceGetHandleByIndex_v2");
  load_optional();
  // Last: if it throws there is nothing to shut down.
  if (const Return result = init(); result != kSuccess) {
    throw SourceMissing{words("nvmlInit", result), std::string{status(result).remedy},
                        SourceMissing::Kind::failing};
  }
}

Library::~Library() { shutdown_(); }

void Library::load_optional() {
  device_uuid.set(symbol("nvmlDeviceGetUUID"));
  device_name.set(symbol("nvmlDeviceGetName"));
  pci_info.set(symbol("nvmlDeviceGetPciInfo_v3"));
  driver_version.set(symbol("nvmlSystemGetDriverVersion"));
  total_energy_mj.set(symbol("nvmlDeviceGetTotalEnergyConsumption"));
  power_usage_mw.set(symbol("nvmlDeviceGetPowerUsage"));
  samples.set(symbol("nvmlDeviceGetSamples"));
  field_values.set(symbol("nvmlDeviceGetFieldValues"));
  clock_mhz.set(symbol("nvmlDeviceGetClockInfo"));
  temperature_c.set(symbol("nvmlDeviceGetTemperature"));
  utilisation.set(symbol("nvmlDeviceGetUtilizationRates"));
  throttle_reasons.set(symbol("nvmlDeviceGetCurrentClocksThrottleReasons"));
  power_limit_mw.set(symbol("nvmlDeviceGetPowerManagementLimit"));
  power_limit_default_mw.set(symbol("nvmlDeviceGetPowerManagementDefaultLimit"));
  power_limit_range_mw.set(symbol("nvmlDeviceGetPowerManagementLimitConstraints"));
  set_power_limit_mw.set(symbol("nvmlDeviceSetPowerManagementLimit"));
  max_clock_mhz.set(symbol("nvmlDeviceGetMaxClockInfo"));
  memory_clocks_mhz.set(symbol("nvmlDeviceGetSupportedMemoryClocks"));
  sm_clocks_mhz.set(symbol("nvmlDeviceGetSupportedGraphicsClocks"));
  lock_sm_clock_mhz.set(symbol("nvmlDeviceSetGpuLockedClocks"));
  unlock_sm_clock.set(symbol("nvmlDeviceResetGpuLockedClocks"));
  void* processes_call = symbol("nvmlDeviceGetComputeRunningProcesses_v3");
  if (!processes_call) processes_call = symbol("nvmlDeviceGetComputeRunningProcesses_v2");
  processes.set(processes_call);
  mig_mode.set(symbol("nvmlDeviceGetMigMode"));
  mig_count.set(symbol("nvmlDeviceGetMaxMigDeviceCount"));
  mig_device.set(symbol("nvmlDeviceGetMigDeviceHandleByIndex"));
}

std::string Library::driver() const {
  return text_of([&](char* text, unsigned size) { return driver_version(text, size); });
}

std::string Library::uuid(Handle device) const {
  return text_of([&](char* text, unsigned size) { return device_uuid(device, text, size); });
}

std::string Library::why_no_uuid(Handle device) const {
  std::array<char, 128> text{};
  const Return result = device_uuid(device, text.data(), static_cast<unsigned>(text.size() - 1));
  return result == kSuccess ? "it has no UUID" : words("nvmlDeviceGetUUID", result);
}

std::string Library::name(Handle device) const {
  return text_of([&](char* text, unsigned size) { return device_name(device, text, size); });
}

std::vector<std::string> Library::slices(Handle device) const {
  std::vector<std::string> found;
  unsigned current = 0, pending = 0, most = 0;
  if (mig_mode(device, &current, &pending) != kSuccess || current == 0) return found;
  if (mig_count(device, &most) != kSuccess) return found;
  for (unsigned i = 0; i < most && i < 64; ++i) {
    Handle slice = nullptr;
    if (mig_device(device, i, &slice) == kSuccess) found.push_back(uuid(slice));
  }
  return found;
}

std::vector<ListedGpu> Library::list(std::vector<Handle>& handles,
                                     std::vector<std::string>& notes) const {
  unsigned count = 0;
  if (const Return result = device_count(&count); result != kSuccess) {
    throw SourceMissing{words("nvmlDeviceGetCount", result), std::string{status(result).remedy},
                        SourceMissing::Kind::failing};
  }
  std::vector<ListedGpu> gpus;
  for (unsigned index = 0; index < count; ++index) {
    Handle device = nullptr;
    const Return result = device_by_index(index, &device);
    ListedGpu gpu{index, "", "", "", {}};
    if (result == kSuccess) gpu.uuid = uuid(device);
    if (gpu.uuid.empty()) {
      notes.push_back("GPU " + std::to_string(index) + " is left out: " +
                      (result ? words("nvmlDeviceGetHandleByIndex", result) : why_no_uuid(device)));
      continue;
    }
    PciInfo pci{};
    if (pci_info(device, &pci) == kSuccess) {
      pci.bus_id[sizeof pci.bus_id - 1] = '\0';
      gpu.pci_bus_id = printable(pci.bus_id);
    }
    gpu.name = name(device);
    if (gpu.name.find('?') != std::string::npos) {
      notes.push_back("the name of " + gpu.uuid + " is no plain text: taken for '" + gpu.name +
                      "'");
    }
    gpu.slices = slices(device);
    gpus.push_back(std::move(gpu));
    handles.push_back(device);
  }
  return gpus;
}

std::optional<long long> whole_number(int type, const Value& value) {
  switch (static_cast<ValueType>(type)) {
    case ValueType::real:
      if (!(std::abs(value.real) < 1e15)) return std::nullopt;
      return std::llround(value.real);
    case ValueType::unsigned_int:
      return value.unsigned_int;
    case ValueType::unsigned_long:
      if (value.unsigned_long > LLONG_MAX) return std::nullopt;
      return static_cast<long long>(value.unsigned_long);
    case ValueType::unsigned_long_long:
      if (value.unsigned_long_long > LLONG_MAX) return std::nullopt;
      return static_cast<long long>(value.unsigned_long_long);
    case ValueType::signed_long_long:
      return value.signed_long_long;
    case ValueType::signed_int:
      return value.signed_int;
    case ValueType::unsigned_short:
      return value.unsigned_short;
  }
  return std::nullopt;
}

}  // namespace erg::nvml
