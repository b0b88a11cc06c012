// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "energy_methods.h"
#include "erg/numbers.h"
#include "erg/power_table.h"

namespace erg {
namespace {

// One channel of one recording, and what it says of the whole of it.
struct Reading {
  const Run* run;
  const Device* device;
  const Timeline* line;
  Joules energy;
  Seconds time;

  Watts mean() const { return energy / time; }
};

// Measured before computed; counters before powers.
std::pair<int, int> rank(const Reading& reading) {
  const Channel& channel = reading.line->channel();
  return {static_cast<int>(channel.provenance),
          channel.kind == ChannelKind::energy_counter ? 0 : 1};
}

std::vector<Reading> readings_of(std::span<const Run> runs, DeviceKind kind) {
  std::vector<Reading> all;
  for (const auto& run : runs) {
    for (const auto& part : run.parts) {
      for (const auto& device : part.header.devices) {
        if (device.kind != kind) continue;
        for (const auto& line : part.timelines) {
          const auto covered = line.covered();
          if (line.channel().device != device.id || !covered || covered->empty()) continue;
          if (line.channel().kind == ChannelKind::gauge) continue;
          all.push_back(
              {&run, &device, &line, line.energy_clamped(*covered), Seconds{covered->length()}});
        }
      }
    }
  }
  std::ranges::stable_sort(all, {}, rank);
  return all;
}

std::string described(const Reading& reading) {
  const Channel& channel = reading.line->channel();
  return fmt::format("{}: {}, {}", reading.run->header.name, to_string(channel.provenance),
                     channel.method.empty() ? channel.name : channel.method);
}

// The highest power that it shows: a reading's, or between two of a counter.
Watts highest(const Timeline& line) {
  Watts most{0};
  const bool counter = line.channel().kind == ChannelKind::energy_counter;
  for (std::size_t i = counter ? 1 : 0; i < line.size(); ++i) {
    if (!counter) {
      most = std::max(most, Watts{line.value(i)});
    } else if (const Seconds apart{line.times()[i] - line.times()[i - 1]}; apart.count() > 0) {
      most = std::max(most, Joules{line.value(i) - line.value(i - 1)} / apart);
    }
  }
  return most;
}

// Why an energy that a tool computed is not what was measured.
void add_reason(MethodComparison& comparison, const Reading& reference, const Reading& other) {
  if (reference.line->channel().provenance != Provenance::measured) return;
  if (other.line->channel().provenance == Provenance::measured) return;
  const Watts most = highest(*reference.line), assumed = other.mean();
  if (assumed <= most) return;
  std::string reason = fmt::format(
      "{}: it assumed a nominal power and multiplied it by the time: {} throughout, where the "
      "device drew {} on average and never more than {}",
      other.run->header.name, text(assumed), text(reference.mean()), text(most));
  const auto nominal = other.device->kind == DeviceKind::gpu ? find_gpu_power(other.device->name)
                                                             : find_cpu_power(other.device->name);
  if (nominal) {
    reason += fmt::format(" (nominal, by the table: {})", text(nominal->power));
  }
  comparison.reasons.push_back(std::move(reason));
}

std::string name_of(const std::vector<Reading>& readings, DeviceKind kind) {
  for (const auto& reading : readings) {
    if (!reading.device->name.empty()) return reading.device->name;
  }
  return std::string{to_string(kind)};
}

MethodComparison compare(const std::vector<Reading>& readings, DeviceKind kind, Seconds polling) {
  const Reading& reference = readings.front();
  MethodComparison comparison;
  comparison.device = name_of(readings, kind);
  comparison.reference = described(reference);
  comparison.energy = reference.energy;
  comparison.time = reference.time;
  // What one recording alone tells by every method.
  for (const auto& one : compare_methods(*reference.run, polling)) {
    if (one.device == reference.device->name || one.device == reference.device->id) {
      comparison.rows = one.rows;
    }
  }
  for (std::size_t i = 1; i < readings.size(); ++i) {
    if (readings[i].run == reference.run && readings[i].device == reference.device) continue;
    comparison.rows.push_back({described(readings[i]), readings[i].energy});
    add_reason(comparison, reference, readings[i]);
  }
  const bool told = std::ranges::any_of(comparison.rows, [](const MethodEnergy& row) {
    return row.method.starts_with("nominal") || row.method.starts_with("power limit");
  });
  if (kind == DeviceKind::gpu && !told) {
    Device named = *reference.device;
    named.name = comparison.device;
    add_nominal(comparison, named);
  }
  return comparison;
}

}  // namespace

std::vector<MethodComparison> compare_recordings(std::span<const Run> runs, Seconds polling) {
  std::vector<MethodComparison> all;
  for (const auto kind : {DeviceKind::gpu, DeviceKind::cpu, DeviceKind::memory}) {
    const auto readings = readings_of(runs, kind);
    if (!readings.empty()) all.push_back(compare(readings, kind, polling));
  }
  return all;
}

}  // namespace erg
