// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// The part of NVML's C ABI that is called here, declared by us: no CUDA toolkit needed to build.
namespace erg::nvml {

extern "C" {
struct nvmlDevice_st;
}
using Handle = nvmlDevice_st*;
using Return = int;

inline constexpr Return kSuccess = 0;
inline constexpr Return kInvalidArgument = 2;
inline constexpr Return kNotSupported = 3;
inline constexpr Return kNoPermission = 4;
inline constexpr Return kNotFound = 6;
inline constexpr Return kInsufficientSize = 7;
inline constexpr Return kFunctionNotFound = 13;
inline constexpr Return kGpuIsLost = 15;
inline constexpr Return kResetRequired = 16;
inline constexpr Return kNoData = 21;

inline constexpr int kTotalPowerSamples = 0;
inline constexpr unsigned kFieldPowerAverage = 185;
inline constexpr unsigned kFieldPowerInstant = 186;
inline constexpr int kClockSm = 1;
inline constexpr int kClockMemory = 2;
inline constexpr int kTemperatureGpu = 0;

enum class ValueType : int {
  real = 0,
  unsigned_int = 1,
  unsigned_long = 2,
  unsigned_long_long = 3,
  signed_long_long = 4,
  signed_int = 5,
  unsigned_short = 6,
};

union Value {
  double real;
  unsigned unsigned_int;
  unsigned long unsigned_long;
  unsigned long long unsigned_long_long;
  long long signed_long_long;
  int signed_int;
  unsigned short unsigned_short;
};
static_assert(sizeof(Value) == 8);

struct RingSample {
  unsigned long long time_us;  // since 1970
  Value value;
};
static_assert(sizeof(RingSample) == 16);

struct FieldValue {
  unsigned field;
  unsigned scope;  // 0: the whole card
  long long time_us;
  long long latency_us;
  int type;
  Return result;
  Value value;
};
static_assert(sizeof(FieldValue) == 40);

struct PciInfo {
  char legacy[16];
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned id;
  unsigned subsystem;
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68);

struct Utilisation {
  unsigned gpu;
  unsigned memory;
};

struct ProcessInfo {  // of the calls ending in _v2 and _v3
  unsigned id;
  unsigned long long memory;
  unsigned gpu_instance;
  unsigned compute_instance;
};
static_assert(sizeof(ProcessInfo) == 24);

}  // namespace erg::nvml
