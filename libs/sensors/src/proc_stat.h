// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace erg {

// What all CPUs together did since boot, in ticks. Time stolen by a hypervisor is neither.
struct CpuTicks {
  std::uint64_t busy = 0;
  std::uint64_t idle = 0;
};

// From the first line of /proc/stat. Empty when that is not "cpu" and at least four numbers.
std::optional<CpuTicks> parse_cpu_ticks(std::string_view text) noexcept;

// Busy share of the time between two readings; empty when no tick has passed, or time ran back.
// The kernel's iowait may shrink by a few ticks: that counts as none.
std::optional<double> utilisation(const CpuTicks& before, const CpuTicks& after) noexcept;

}  // namespace erg
