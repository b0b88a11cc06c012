// SPDX-License-Identifier: Apache-2.0
#include "erg/dynamic_energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erg/breakdown_text.h"
#include "erg/idle_sensor.h"
#include "erg/numbers.h"
#include "erg/text_table.h"

namespace erg {
namespace {

const Timeline* idle_of(const Run& run, const std::string& device) {
  for (const auto& part : run.parts) {
    for (const auto& line : part.timelines) {
      const auto& channel = line.channel();
      if (channel.name == kIdlePowerChannel && channel.device == device && !line.empty()) {
        return &line;
      }
    }
  }
  return nullptr;
}

// Whether one of its channels tells the device's energy from end to end: what a device drew above
// idle in the part of a run that is known says nothing of the whole.
bool is_known_throughout(const Run& run, const std::string& device) {
  bool any = false;
  for (const auto& part : run.parts) {
    const auto whole = extent(part);
    for (const auto& line : part.timelines) {
      if (line.channel().device != device || line.channel().kind == ChannelKind::gauge) continue;
      any = true;
      const auto covered = line.covered();
      if (!covered || !whole) continue;
      constexpr Seconds kMost{1};
      const Interval common = intersection(*covered, *whole);
      const Seconds all = whole->length(), missed = all - Seconds{common.length()};
      if (missed <= std::min(kMost, 0.2 * all) && line.energy(common)) return true;
    }
  }
  return !any;
}

// What is smaller than the last digits that idle power and energy are kept with is nothing: a
// modelled constant draws exactly its idle power, and has no dynamic energy.
bool is_rounding(Joules rest, const Timeline& idle, Seconds time) {
  constexpr Joules kCount{1e-6};  // of the counters of estimators and RAPL
  const Watts half_count{idle.channel().resolution / 2};
  return std::abs(rest.value()) <= 1.001 * (half_count * time + kCount).value();
}

// The gain is of the sensor that saw both: it stays the same share of what is left.
std::optional<EnergyEstimate> above(const BreakdownRow& row, const Timeline& idle) {
  if (!row.time) return std::nullopt;
  EnergyEstimate rest = *row.energy;
  rest.value -= Watts{idle.value(0)} * row.time->value;
  if (is_rounding(rest.value, idle, row.time->value)) rest.value = Joules{0};
  return rest;
}

}  // namespace

std::vector<DynamicEnergy> dynamic_energies(const Run& run) {
  std::vector<DynamicEnergy> all;
  const Breakdown* by_device = find_breakdown(run, Grouping::device);
  if (!by_device) return all;
  for (const auto& row : by_device->rows) {
    if (!row.energy) continue;
    DynamicEnergy one{row.device.empty() ? row.name : row.device, {}, {}, {}};
    if (const Timeline* idle = idle_of(run, one.device)) {
      one.idle = Watts{idle->value(0)};
      one.method = idle->channel().method;
      if (is_known_throughout(run, one.device)) one.energy = above(row, *idle);
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<EnergyEstimate> dynamic_energy(const std::vector<DynamicEnergy>& devices) {
  if (devices.empty()) return std::nullopt;
  EnergyEstimate all;
  all.provenance = Provenance::measured;
  double independent = 0, common = 0;
  for (const auto& one : devices) {
    if (!one.energy) return std::nullopt;
    all.value += one.energy->value;
    independent += std::pow(one.energy->independent_u.value(), 2);
    common += std::pow(one.energy->common_u * one.energy->value.value(), 2);
    all.provenance = std::max(all.provenance, one.energy->provenance);
  }
  all.independent_u = Joules{std::sqrt(independent)};
  const double value = std::abs(all.value.value());
  all.common_u = value > 0 ? std::sqrt(common) / value : 0;
  return all;
}

std::string dynamic_text(const Run& run) {
  const auto devices = dynamic_energies(run);
  if (devices.empty()) return "";
  std::string known, unknown, gaps;
  for (const auto& one : devices) {
    if (one.energy) {
      known += fmt::format("{}{}: {} above {} ({})", known.empty() ? "" : "; ", one.device,
                           text(one.energy->value), text(*one.idle), one.method);
    } else if (one.idle) {
      gaps += (gaps.empty() ? "" : ", ") + one.device;
    } else {
      unknown += (unknown.empty() ? "" : ", ") + one.device;
    }
  }
  const auto all = dynamic_energy(devices);
  std::string line = "above idle: ";
  if (all) line += text(all->value) + (devices.size() > 1 ? " in all; " : "; ");
  line += known;
  if (!unknown.empty()) {
    line += fmt::format("{}not known of {}: erg sensors check measures what is idle",
                        known.empty() ? "" : "; ", unknown);
  }
  if (!gaps.empty()) {
    line += fmt::format("{}not known of {}, whose readings do not cover the run",
                        known.empty() && unknown.empty() ? "" : "; ", gaps);
  }
  return plain_text(line) + "\n";
}

}  // namespace erg
