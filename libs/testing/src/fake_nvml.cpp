// SPDX-License-Identifier: Apache-2.0
// A stand-in for libnvidia-ml.so.1: its symbols, answering from a FakeNvmlState. Without a state
// file in the environment it answers for the two cards of reset(). FAKE_NVML_OLD leaves out what an
// old driver's library lacks.
#include <algorithm>

#include "fake_nvml_answers.h"

using namespace fake;

namespace {

FakeNvmlState own_state;

}  // namespace

FakeNvmlState& fake::state() {
  static FakeNvmlState* const shared = [] {
    const char* const file = std::getenv(erg::testing::kFakeNvmlVariable);
    const int fd = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
    void* const at =
        fd < 0 ? MAP_FAILED
               : ::mmap(nullptr, sizeof(FakeNvmlState), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) ::close(fd);
    if (at != MAP_FAILED) return static_cast<FakeNvmlState*>(at);
    erg::testing::reset(own_state);
    return &own_state;
  }();
  ++shared->calls;
  return *shared;
}

extern "C" {

struct nvmlValue {
  union {
    double d;
    unsigned u;
    unsigned long long ull;
  };
};
struct nvmlSample {
  unsigned long long time_us;
  nvmlValue value;
};
struct nvmlFieldValue {
  unsigned field;
  unsigned scope;
  long long time_us;
  long long latency_us;
  int type;
  int result;
  nvmlValue value;
};
struct nvmlPciInfo {
  char legacy[16];
  unsigned domain, bus, device, id, subsystem;
  char bus_id[32];
};
struct nvmlUtilization {
  unsigned gpu, memory;
};
struct nvmlProcessInfo {
  unsigned pid;
  unsigned long long memory;
  unsigned gpu_instance, compute_instance;
};

int nvmlInit_v2() {
  if (state().init_result != 0) return state().init_result;
  ++state().live;
  return 0;
}
int nvmlShutdown() {
  --state().live;
  return 0;
}
const char* nvmlErrorString(int result) {
  return result == kGpuIsLost ? "GPU is lost"
         : result == 4        ? "Insufficient Permissions"
                              : "Failure";
}
int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  if (std::strlen(state().driver) + 1 > size) return kInsufficientSize;
  std::strcpy(text, state().driver);
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = state().gpus;
  return state().count_result;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, FakeGpu** device) {
  if (index >= state().gpus) return kInvalidArgument;
  *device = &state().gpu[index];
  return result_of(*device, 0);
}
int nvmlDeviceGetUUID(FakeGpu* device, char* text, unsigned size) {
  // A slice is passed as the address of its name inside its card.
  for (FakeGpu& gpu : state().gpu) {
    for (auto& name : gpu.slice_uuid) {
      if (static_cast<void*>(name) == static_cast<void*>(device)) {
        if (std::strlen(name) + 1 > size) return kInsufficientSize;
        std::strcpy(text, name);
        return 0;
      }
    }
  }
  return copy(device, device->uuid, text, size);
}
int nvmlDeviceGetName(FakeGpu* device, char* text, unsigned size) {
  return copy(device, device->name, text, size);
}
int nvmlDeviceGetPciInfo_v3(FakeGpu* device, nvmlPciInfo* info) {
  *info = {};
  return copy(device, device->bus_id, info->bus_id, sizeof info->bus_id);
}

int nvmlDeviceGetPowerUsage(FakeGpu* device, unsigned* mw) {
  return answer(device, device->usage_result,
                device->average_mw ? device->average_mw : drawn_mw(*device), mw);
}
int nvmlDeviceGetClockInfo(FakeGpu* device, int type, unsigned* mhz) {
  return answer(device, device->gauge_result,
                type == 2 ? device->memory_clock_mhz : sm_clock_mhz(*device), mhz);
}
int nvmlDeviceGetTemperature(FakeGpu* device, int, unsigned* celsius) {
  return answer(device, device->gauge_result, device->temperature_c, celsius);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(FakeGpu* device, unsigned long long* reasons) {
  constexpr unsigned long long kPowerCap = 0x04;
  const unsigned long long capped = wanted_mw(*device) > device->limit_mw ? kPowerCap : 0;
  return answer(device, device->gauge_result, device->throttle_reasons | capped, reasons);
}
int nvmlDeviceGetUtilizationRates(FakeGpu* device, nvmlUtilization* rates) {
  return answer(device, device->gauge_result, nvmlUtilization{device->utilisation_percent, 0},
                rates);
}

#ifndef FAKE_NVML_OLD

int nvmlDeviceGetTotalEnergyConsumption(FakeGpu* device, unsigned long long* mj) {
  const unsigned long long counted =
      device->energy_mj + (device->automatic ? automatic_mj(*device) : 0);
  return answer(device, device->energy_result, counted, mj);
}

int nvmlDeviceGetSamples(FakeGpu* device, int, unsigned long long after_us, int* type,
                         unsigned* count, nvmlSample* samples) {
  state();
  if (const int failure = result_of(device, device->ring_result)) return failure;
  const unsigned capacity = std::min(device->ring_capacity, 128U);
  if (!samples) {
    *count = capacity;
    return 0;
  }
  if (device->automatic) {
    const std::uint64_t last_us = now_us() / 20'000 * 20'000;
    device->ring_size = capacity;
    for (unsigned i = 0; i < capacity; ++i) {
      device->ring_us[i] = last_us - (capacity - 1 - i) * std::uint64_t{20'000};
      device->ring_mw[i] = drawn_mw(*device);
    }
  }
  unsigned given = 0;
  for (unsigned i = 0; i < device->ring_size && given < *count; ++i) {
    if (device->ring_us[i] <= after_us) continue;
    nvmlSample& sample = samples[given++];
    sample.time_us = device->ring_us[i];
    sample.value.ull = 0;
    if (device->ring_value_type == 0) {
      sample.value.d = device->ring_mw[i];
    } else if (device->ring_value_type == 1) {
      sample.value.ull = 0xdeadbeef00000000ULL;  // the upper half belongs to nobody
      sample.value.u = device->ring_mw[i];
    } else {
      sample.value.ull = device->ring_mw[i];
    }
  }
  *type = device->ring_value_type;
  *count = given;
  return given ? 0 : kNotFound;
}

int nvmlDeviceGetFieldValues(FakeGpu* device, int count, nvmlFieldValue* values) {
  state();
  if (device->lost) return kGpuIsLost;
  for (int i = 0; i < count; ++i) {
    nvmlFieldValue& value = values[i];
    const bool instant = value.field == 186, average = value.field == 185;
    value.result = instant   ? device->instant_result
                   : average ? device->average_result
                             : kNotSupported;
    value.type = 1;
    value.time_us = static_cast<long long>(now_us());
    value.latency_us = 0;
    const unsigned own = instant ? device->instant_mw : device->average_mw;
    value.value.ull = 0xdeadbeef00000000ULL;
    value.value.u = own ? own : drawn_mw(*device);
  }
  return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(FakeGpu* device, unsigned* count,
                                            nvmlProcessInfo* processes) {
  state();
  if (const int failure = result_of(device, device->process_result)) return failure;
  const unsigned room = *count;
  *count = device->processes;
  if (room < device->processes) return kInsufficientSize;
  for (unsigned i = 0; i < device->processes; ++i) {
    processes[i] = {device->process_ids[i], 1 << 20, 0, 0};
  }
  return 0;
}

int nvmlDeviceGetMigMode(FakeGpu* device, unsigned* current, unsigned* pending) {
  *pending = device->slices > 0;
  return answer(device, device->info_result, device->slices > 0 ? 1U : 0U, current);
}
int nvmlDeviceGetMaxMigDeviceCount(FakeGpu* device, unsigned* count) {
  return answer(device, device->info_result, 7U, count);
}
int nvmlDeviceGetMigDeviceHandleByIndex(FakeGpu* device, unsigned index, FakeGpu** slice) {
  state();
  if (index >= device->slices) return kNotFound;
  *slice = reinterpret_cast<FakeGpu*>(device->slice_uuid[index]);
  return 0;
}

#endif  // FAKE_NVML_OLD
}
