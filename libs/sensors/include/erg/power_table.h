// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "erg/units.h"

namespace erg {

// One line of the shipped table of nominal powers.
struct NominalPower {
  std::string_view model;    // as the vendor writes it, without trademarks
  Watts power;               // TDP of a CPU, board power of a GPU
  std::int64_t threads = 0;  // of a CPU with all cores; 0: not listed
  std::string_view source;   // whose figure it is
};

// Version of the tables in libs/sensors/data.
std::string_view power_table_version();

std::span<const NominalPower> cpu_power_table();
std::span<const NominalPower> gpu_power_table();

// By the name that the machine gives, vendor, trademarks, clock and core count aside. Empty:
// unknown, which is to be said; a name that is only similar (a laptop's card, a SUPER) is unknown.
std::optional<NominalPower> find_cpu_power(std::string_view model_name);
std::optional<NominalPower> find_gpu_power(std::string_view model_name);

}  // namespace erg
