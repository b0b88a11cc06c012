// SPDX-License-Identifier: Apache-2.0
#include "erg/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <span>

namespace erg {
namespace {

// What four significant digits, or two of the uncertainty, leave behind the point.
int decimals(double value, double u) {
  if (u > 0 && std::isfinite(u)) return static_cast<int>(1 - std::floor(std::log10(u) + 1e-9));
  if (value == 0) return 0;
  return static_cast<int>(3 - std::floor(std::log10(std::abs(value)) + 1e-9));
}

// The largest unit of which there is at least one.
DisplayUnit scale_for(double largest, std::span<const DisplayUnit> units) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (std::abs(largest) >= unit->divisor) return *unit;
  }
  return units.front();
}

template <class Value>
std::string in_unit(Value value, DisplayUnit scale) {
  return number(in_si(value) / scale.divisor) + " " + std::string{scale.unit};
}

std::string formatted(UtcTime time, const char* format) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

std::string number(double value, double u, int most_decimals) {
  if (!std::isfinite(value)) return "-";
  return fmt::format("{:.{}f}", value == 0 ? 0 : value,
                     std::clamp(decimals(value, u), 0, most_decimals));
}

DisplayUnit energy_scale(Joules largest) {
  static constexpr std::array<DisplayUnit, 5> kUnits{
      {{1e-3, "mJ"}, {1, "J"}, {1e3, "kJ"}, {1e6, "MJ"}, {1e9, "GJ"}}};
  return largest.value() == 0 ? kUnits[1] : scale_for(largest.value(), kUnits);
}

DisplayUnit time_scale(Seconds largest) {
  static constexpr std::array<DisplayUnit, 5> kUnits{
      {{1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}, {600, "min"}, {36000, "h"}}};
  if (largest.count() == 0) return kUnits[2];
  DisplayUnit scale = scale_for(largest.count(), kUnits);
  if (scale.unit == "min") scale.divisor = 60;  // minutes are for what takes ten of them
  if (scale.unit == "h") scale.divisor = 3600;
  return scale;
}

DisplayUnit power_scale(Watts largest) {
  static constexpr std::array<DisplayUnit, 3> kUnits{{{1e-3, "mW"}, {1, "W"}, {1e4, "kW"}}};
  if (largest.value() == 0) return kUnits[1];
  DisplayUnit scale = scale_for(largest.value(), kUnits);
  if (scale.unit == "kW") scale.divisor = 1e3;
  return scale;
}

std::string text(const EnergyEstimate& energy) {
  const double u = energy.total_u().value();
  if (u == 0) return text(energy.value);
  const DisplayUnit scale = energy_scale(energy.value);
  return fmt::format("{} ± {} {}", number(energy.value.value() / scale.divisor, u / scale.divisor),
                     number(u / scale.divisor, u / scale.divisor), scale.unit);
}

std::string text(Joules energy) { return in_unit(energy, energy_scale(energy)); }
std::string text(Watts power) { return in_unit(power, power_scale(power)); }

std::string text(Seconds time) {
  if (std::isfinite(time.count()) && time >= std::chrono::minutes{10}) {
    const auto whole = std::llround(time.count());
    if (whole >= 3600) return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  }
  return in_unit(time, time_scale(time));
}

std::string percent(double ratio) {
  return std::isfinite(ratio) ? fmt::format("{:.1f} %", 100 * ratio) : "-";
}

std::string utc_text(UtcTime time) {
  return time == UtcTime{} ? "" : formatted(time, "%Y-%m-%dT%H:%M:%SZ");
}
std::string utc_short(UtcTime time) {
  return time == UtcTime{} ? "" : formatted(time, "%Y-%m-%d %H:%M:%S");
}

}  // namespace erg
