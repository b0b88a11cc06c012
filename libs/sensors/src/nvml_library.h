// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erg/visible.h"
#include "nvml_abi.h"

namespace erg::nvml {

// A function that an old driver's library may lack: then it answers FUNCTION_NOT_FOUND.
template <class... Arguments>
class Optional {
 public:
  Return operator()(Arguments... arguments) const {
    return function_ ? function_(arguments...) : kFunctionNotFound;
  }
  void set(void* symbol) { function_ = reinterpret_cast<Return (*)(Arguments...)>(symbol); }

 private:
  Return (*function_)(Arguments...) = nullptr;
};

// libnvidia-ml, loaded and started for the life of this object. NVML is thread safe.
class Library {
 public:
  // Throws SourceMissing: not there, lacks what is needed, does not start.
  explicit Library(const std::string& path);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // All cards in NVML's order; `handles` gets one for each. Cards that do not answer are noted.
  std::vector<ListedGpu> list(std::vector<Handle>& handles, std::vector<std::string>& notes) const;
  std::string driver() const;
  std::string uuid(Handle device) const;  // empty where there is none
  std::string why_no_uuid(Handle device) const;
  std::string name(Handle device) const;

  Return (*device_count)(unsigned*) = nullptr;
  Return (*device_by_index)(unsigned, Handle*) = nullptr;

  Optional<Handle, char*, unsigned> device_uuid;
  Optional<Handle, char*, unsigned> device_name;
  Optional<Handle, PciInfo*> pci_info;
  Optional<char*, unsigned> driver_version;
  Optional<Handle, unsigned long long*> total_energy_mj;
  Optional<Handle, unsigned*> power_usage_mw;
  Optional<Handle, int, unsigned long long, int*, unsigned*, RingSample*> samples;
  Optional<Handle, int, FieldValue*> field_values;
  Optional<Handle, int, unsigned*> clock_mhz;
  Optional<Handle, int, unsigned*> temperature_c;
  Optional<Handle, Utilisation*> utilisation;
  Optional<Handle, unsigned long long*> throttle_reasons;
  Optional<Handle, unsigned*> power_limit_mw;
  Optional<Handle, unsigned*> power_limit_default_mw;
  Optional<Handle, unsigned*, unsigned*> power_limit_range_mw;
  Optional<Handle, unsigned> set_power_limit_mw;
  Optional<Handle, int, unsigned*> max_clock_mhz;
  Optional<Handle, unsigned*, unsigned*> memory_clocks_mhz;        // count, room for so many
  Optional<Handle, unsigned, unsigned*, unsigned*> sm_clocks_mhz;  // at a memory clock
  Optional<Handle, unsigned, unsigned> lock_sm_clock_mhz;          // between these
  Optional<Handle> unlock_sm_clock;
  Optional<Handle, unsigned*, ProcessInfo*> processes;
  Optional<Handle, unsigned*, unsigned*> mig_mode;
  Optional<Handle, unsigned*> mig_count;
  Optional<Handle, unsigned, Handle*> mig_device;

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  void* symbol(const char* name) const;
  void load_optional();
  std::vector<std::string> slices(Handle device) const;

  std::unique_ptr<void, Close> handle_;
  Return (*shutdown_)() = nullptr;
};

// A power in milliwatts, whatever type the driver gives it in. Empty when it is none.
std::optional<long long> whole_number(int type, const Value& value);

}  // namespace erg::nvml
