// SPDX-License-Identifier: Apache-2.0
#include "cap_text.h"

#include <fmt/format.h>

#include "erg/numbers.h"

namespace erg {
void write_cap(JsonWriter& json, CapKind kind, Watts cap) {
  if (kind == CapKind::clock) {
    json.member("clock_hz", cap.value() * 1e6);
  } else {
    json.member("cap_w", cap.value());
  }
}

void write_point(JsonWriter& json, CapKind kind, const CapPoint& point) {
  write_cap(json, kind, point.cap);
  json.member("energy_j", in_si(point.energy.value));
  json.member("energy_u_j", in_si(point.energy.independent_u));
  json.member("time_s", in_si(point.time.value));
  json.member("time_u_s", in_si(point.time.independent_u));
  json.member("power_w", point.power.value()).member("runs", point.runs);
  json.member("provenance", to_string(point.energy.provenance));
}

void write_probes(JsonWriter& json, CapKind kind, std::span<const Watts> probes) {
  if (probes.empty()) return;
  const bool clock = kind == CapKind::clock;
  json.key(clock ? "probes_hz" : "probes_w").begin_array();
  for (const Watts probe : probes) json.value(clock ? probe.value() * 1e6 : probe.value());
  json.end_array();
}

std::string probes_text(CapKind kind, std::span<const Watts> probes) {
  if (probes.empty()) return "";
  std::string list;
  for (const Watts probe : probes) list += (list.empty() ? "" : ", ") + cap_text(kind, probe);
  return "from the probes " + list + "; the rest is modelled\n";
}

std::string joules_text(const EnergyEstimate& energy) {
  const double value = in_si(energy.value), u = in_si(energy.independent_u);
  return u > 0 ? fmt::format("{:.2f} ± {:.2f} J", value, u) : fmt::format("{:.2f} J", value);
}

std::string seconds_text(const TimeEstimate& time) {
  const double value = time.value.count(), u = time.independent_u.count();
  return u > 0 ? fmt::format("{:.3f} ± {:.3f} s", value, u) : fmt::format("{:.3f} s", value);
}

std::string cap_text(CapKind kind, Watts cap) {
  return fmt::format("{:.5g} {}", cap.value(), kind == CapKind::clock ? "MHz" : "W");
}

const char* cap_heading(CapKind kind) { return kind == CapKind::clock ? "clock" : "cap"; }

std::string change_text(double change) { return fmt::format("{:+.1f} %", 100 * change); }

}  // namespace erg
