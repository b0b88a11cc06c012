// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace erg {

// "0,28" and "0-3,8" of sysfs. Empty for anything else, or for more than 4096 CPUs.
std::vector<int> parse_cpu_list(std::string_view text);

// "event=0x02", other terms aside. Empty without one.
std::optional<std::uint64_t> parse_event(std::string_view text);

// A positive finite number, "2.3283064365386962890625e-10". Empty for anything else.
std::optional<double> parse_scale(std::string_view text);

}  // namespace erg
