// SPDX-License-Identifier: Apache-2.0
#include "proc_stat.h"

#include <array>

#include "text_file.h"

namespace erg {

std::optional<CpuTicks> parse_cpu_ticks(std::string_view text) noexcept {
  if (!text.starts_with("cpu ")) return std::nullopt;
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  text = trimmed(text.substr(4, end - 4));
  // user nice system idle iowait irq softirq; steal, guest and guest_nice (parts of user) follow.
  std::array<std::uint64_t, 7> ticks{};
  std::size_t count = 0;
  while (!text.empty() && count < ticks.size()) {
    const auto length = text.find(' ');
    const auto number = parse_unsigned(text.substr(0, length));
    if (!number || *number > (std::uint64_t{1} << 60)) return std::nullopt;
    ticks[count++] = *number;
    text = length == std::string_view::npos ? std::string_view{} : trimmed(text.substr(length));
  }
  if (count < 4) return std::nullopt;
  return CpuTicks{ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6], ticks[3] + ticks[4]};
}

std::optional<double> utilisation(const CpuTicks& before, const CpuTicks& after) noexcept {
  if (after.busy < before.busy) return std::nullopt;
  const auto busy = static_cast<double>(after.busy - before.busy);
  const auto idle = after.idle > before.idle ? static_cast<double>(after.idle - before.idle) : 0;
  if (busy + idle <= 0) return std::nullopt;
  return busy / (busy + idle);
}

}  // namespace erg
