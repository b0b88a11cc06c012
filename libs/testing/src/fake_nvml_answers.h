// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <algorithm>
#include <cstring>

#include "erg/testing/fake_nvml.h"

// What the fake NVML's calls share: the state that they answer from, and what follows from it.
namespace fake {

using erg::testing::FakeGpu;
using erg::testing::FakeNvmlState;

inline constexpr int kInvalidArgument = 2;
inline constexpr int kNotSupported = 3;
inline constexpr int kNotFound = 6;
inline constexpr int kInsufficientSize = 7;
inline constexpr int kGpuIsLost = 15;

// One for the library, made when first asked: an inline function's would outlive dlclose().
FakeNvmlState& state();

inline int result_of(const FakeGpu* gpu, int result) { return gpu->lost ? kGpuIsLost : result; }

inline int copy(const FakeGpu* gpu, const char* from, char* to, unsigned size) {
  state();
  if (const int failure = result_of(gpu, gpu->info_result)) return failure;
  if (std::strlen(from) + 1 > size) return kInsufficientSize;
  std::strcpy(to, from);
  return 0;
}

template <class Value>
int answer(const FakeGpu* gpu, int result, Value value, Value* out) {
  state();
  if (const int failure = result_of(gpu, result)) return failure;
  *out = value;
  return 0;
}

inline std::uint64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

inline bool is_locked(const FakeGpu& gpu) {
  return gpu.locked_mhz > 0 && gpu.ignores_clock_lock == 0;
}

inline std::uint32_t sm_clock_mhz(const FakeGpu& gpu) {
  return is_locked(gpu) ? std::min(gpu.locked_mhz, gpu.sm_clock_mhz) : gpu.sm_clock_mhz;
}

// A third of the power stays whatever the clock is.
inline std::uint32_t wanted_mw(const FakeGpu& gpu) {
  if (!is_locked(gpu)) return gpu.power_mw;
  return gpu.power_mw / 3 + gpu.power_mw / 3 * 2 / gpu.sm_clock_mhz * sm_clock_mhz(gpu);
}

inline std::uint32_t drawn_mw(const FakeGpu& gpu) {
  const std::uint32_t wanted = wanted_mw(gpu);
  const bool held = gpu.limit_mw > 0 && gpu.ignores_limit == 0;
  return held ? std::min(wanted, gpu.limit_mw) : wanted;
}

// What the clock gives at a constant power, counted from a day long ago.
inline std::uint64_t automatic_mj(const FakeGpu& gpu) {
  constexpr std::uint64_t kSinceUs = 1'700'000'000'000'000;
  return (now_us() - kSinceUs) / 1000 * drawn_mw(gpu) / 1000;
}

}  // namespace fake
