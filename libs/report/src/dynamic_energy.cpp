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

// The gain is of the sensor that saw both: it stays the same share of what is left.
std::optional<EnergyEstimate> above(const BreakdownRow& row, Watts idle) {
  if (!row.time) return std::nullopt;
  EnergyEstimate rest = *row.energy;
  rest.value -= idle * row.time->value;
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
      one.energy = above(row, *one.idle);
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
  std::string known, unknown;
  for (const auto& one : devices) {
    if (one.energy) {
      known += fmt::format("{}{}: {} above {} ({})", known.empty() ? "" : "; ", one.device,
                           text(one.energy->value), text(*one.idle), one.method);
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
  return plain_text(line) + "\n";
}

}  // namespace erg
