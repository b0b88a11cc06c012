// SPDX-License-Identifier: Apache-2.0
// The fake NVML's limits of power and locks of the SM clock.
#include <algorithm>
#include <utility>

#include "fake_nvml_answers.h"

using namespace fake;

extern "C" {

int nvmlDeviceGetPowerManagementLimit(FakeGpu* device, unsigned* mw) {
  return answer(device, device->limit_result, device->limit_mw, mw);
}
int nvmlDeviceGetPowerManagementDefaultLimit(FakeGpu* device, unsigned* mw) {
  return answer(device, device->limit_result, device->limit_default_mw, mw);
}
int nvmlDeviceGetPowerManagementLimitConstraints(FakeGpu* device, unsigned* min, unsigned* max) {
  *min = device->limit_min_mw;
  return answer(device, device->limit_result, device->limit_max_mw, max);
}
int nvmlDeviceSetPowerManagementLimit(FakeGpu* device, unsigned mw) {
  state();
  if (const int failure = result_of(device, device->set_result)) return failure;
  if (mw < device->limit_min_mw || mw > device->limit_max_mw) return kInvalidArgument;
  const unsigned clamp = device->silent_clamp_mw;
  device->limit_mw = clamp ? std::min(mw, clamp) : mw;
  ++device->sets;
  return 0;
}
int nvmlDeviceGetMaxClockInfo(FakeGpu* device, int type, unsigned* mhz) {
  return answer(device, device->gauge_result,
                type == 2 ? device->memory_clock_mhz : device->sm_clock_mhz, mhz);
}

#ifndef FAKE_NVML_OLD

int nvmlDeviceGetSupportedMemoryClocks(FakeGpu* device, unsigned* count, unsigned* clocks) {
  state();
  if (const int failure = result_of(device, device->gauge_result)) return failure;
  if (std::exchange(*count, 1) < 1) return kInsufficientSize;
  clocks[0] = device->memory_clock_mhz;
  return 0;
}
int nvmlDeviceGetSupportedGraphicsClocks(FakeGpu* device, unsigned memory_mhz, unsigned* count,
                                         unsigned* clocks) {
  state();
  if (const int failure = result_of(device, device->gauge_result)) return failure;
  if (memory_mhz != device->memory_clock_mhz) return kNotFound;
  if (std::exchange(*count, 2) < 2) return kInsufficientSize;
  clocks[0] = device->sm_clock_mhz;
  clocks[1] = device->sm_clock_min_mhz;
  return 0;
}
int nvmlDeviceSetGpuLockedClocks(FakeGpu* device, unsigned min_mhz, unsigned max_mhz) {
  state();
  if (const int failure = result_of(device, device->lock_result)) return failure;
  if (min_mhz > max_mhz || max_mhz > device->sm_clock_mhz) return kInvalidArgument;
  device->locked_mhz = max_mhz;
  ++device->locks;
  return 0;
}
int nvmlDeviceResetGpuLockedClocks(FakeGpu* device) {
  state();
  if (const int failure = result_of(device, device->lock_result)) return failure;
  device->locked_mhz = 0;
  return 0;
}

#endif  // FAKE_NVML_OLD
}
