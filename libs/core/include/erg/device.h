// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erg/units.h"

namespace erg {

// Do not change the values: they are stored.
enum class DeviceKind : std::uint8_t { gpu = 0, cpu = 1, memory = 2, board = 3 };

std::string_view to_string(DeviceKind kind);

// Something that draws power.
struct Device {
  std::string id;  // a GPU's UUID; "cpu-0", "memory-0" on its host
  DeviceKind kind = DeviceKind::cpu;
  std::string name;  // "NVIDIA H100 80GB HBM3"
  std::string driver;
  std::optional<Watts> power_limit;
  std::optional<Watts> power_limit_max;

  friend bool operator==(const Device&, const Device&) = default;
};

}  // namespace erg
