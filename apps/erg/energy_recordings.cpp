// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

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
          if (line.channel().device != device.id) continue;
          if (line.channel().kind == ChannelKind::gauge) continue;
          const Timeline* const own = &line;
          const auto times = covered_by_all({&own, 1});
          if (times.empty()) continue;
          all.push_back({&run, &device, &line, energy_over(line, times), length_of(times)});
        }
      }
    }
  }
  std::ranges::stable_sort(all, {}, rank);
  return all;
}

// The readings of one device each, those first that tell most energy. Tools that do not know a
// card's UUID call it gpu-0, which is the card where there is only one.
std::vector<std::vector<Reading>> by_device(std::vector<Reading> readings, DeviceKind kind) {
  std::vector<std::string> ids;
  for (const auto& reading : readings) {
    if (std::ranges::find(ids, reading.device->id) == ids.end()) ids.push_back(reading.device->id);
  }
  const std::string plain = fmt::format("{}-0", to_string(kind));
  const auto is_sure = [&](const std::string& id) { return id != plain; };
  const bool one = kind == DeviceKind::gpu && ids.size() == 2 &&
                   std::ranges::count_if(ids, is_sure) == 1 &&
                   std::ranges::find_if(ids, is_sure)->starts_with("GPU-");
  std::vector<std::vector<Reading>> all(one ? 1 : ids.size());
  for (auto& reading : readings) {
    const auto place = std::ranges::find(ids, reading.device->id) - ids.begin();
    all[one ? 0 : static_cast<std::size_t>(place)].push_back(reading);
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, [](const std::vector<Reading>& device) {
    return device.front().energy.value();
  });
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

// Energies of different times say nothing of the methods.
void add_note_of_lengths(MethodComparison& comparison, const std::vector<Reading>& readings) {
  const Seconds own = readings.front().time;
  std::vector<std::string> others;
  Seconds least{1e300}, most{0};
  for (const auto& reading : readings) {
    constexpr double kAlike = 0.05;
    if (std::abs(reading.time / own - 1) <= kAlike) continue;
    least = std::min(least, reading.time);
    most = std::max(most, reading.time);
    const std::string& name = reading.run->header.name;
    if (std::ranges::find(others, name) == others.end()) others.push_back(name);
  }
  if (others.empty()) return;
  comparison.notes.push_back(fmt::format(
      "energies of different times, not of one work: the reference is of {:.1f} s; of {:.1f} s to "
      "{:.1f} s: {}",
      own.count(), least.count(), most.count(), fmt::join(others, ", ")));
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
    comparison.rows.push_back({described(readings[i]), readings[i].energy, readings[i].time});
    add_reason(comparison, reference, readings[i]);
  }
  add_note_of_lengths(comparison, readings);
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
    for (const auto& device : by_device(readings_of(runs, kind), kind)) {
      all.push_back(compare(device, kind, polling));
    }
  }
  return all;
}

}  // namespace erg
