// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "erg/format_error.h"
#include "erg/pvwatts_file.h"
#include "importers.h"
#include "run_setup.h"

namespace erg::exchange {
namespace {

constexpr const char* kArray = "pv-0";
constexpr const char* kMethod = "PVWatts";

Channel gauge(std::string name, Unit unit, double resolution) {
  Channel channel;
  channel.name = std::move(name);
  channel.device = kArray;
  channel.kind = ChannelKind::gauge;
  channel.unit = unit;
  channel.resolution = resolution;
  channel.provenance = Provenance::modelled;
  channel.method = kMethod;
  return channel;
}

// A gauge of a column, and the column in thousandths.
struct Column {
  Channel channel;
  std::optional<double> (*value)(const PvWattsHour&);
};

std::optional<double> in_watts(const std::optional<Watts>& power) {
  return power ? std::optional{power->value()} : std::nullopt;
}

std::vector<Column> columns() {
  constexpr double kMilli = 1e-3;
  return {
      {gauge("ac_power", Unit::watt, kMilli), [](const auto& hour) { return in_watts(hour.ac); }},
      {gauge("dc_power", Unit::watt, kMilli), [](const auto& hour) { return in_watts(hour.dc); }},
      {gauge("array_plane_w_m2", Unit::ratio, kMilli),
       [](const auto& hour) { return hour.array_plane_w_m2; }},
      {gauge("ambient", Unit::celsius, kMilli), [](const auto& hour) { return hour.ambient_c; }},
      {gauge("cell", Unit::celsius, kMilli), [](const auto& hour) { return hour.cell_c; }},
  };
}

// What was made: the sum over hours of the AC power, never below nothing.
std::vector<Sample> energy_samples(const PvWattsYear& year) {
  std::vector<Sample> samples{{Timestamp{}, 0}};
  for (const PvWattsHour& hour : year.hours) {
    const Joules energy = std::max(hour.ac.value_or(Watts{0}), Watts{0}) * std::chrono::hours{1};
    samples.push_back({samples.back().time + std::chrono::hours{1},
                       samples.back().count + std::llround(energy.value() * 1e3)});
  }
  return samples;
}

}  // namespace

ImportedRun import_pvwatts(const Import& import) {
  const PvWattsYear year = read_pvwatts(import.item.path, import.report);
  if (year.hours.empty()) throw FormatError{import.item.path.string() + ": not one hour"};
  const auto samples = energy_samples(year);
  const std::string key = fmt::format("{} {} hours {} mJ", import.item.path.stem().string(),
                                      year.hours.size(), samples.back().count);
  RunSetup setup = run_setup(import, key, UtcTime{});
  setup.part.devices = {{kArray, DeviceKind::board, "solar panels", "", {}, {}}};
  setup.part.channels = {energy_channel(kArray, 1e-3, Provenance::modelled, kMethod)};
  const auto gauges = columns();
  for (const Column& column : gauges) setup.part.channels.push_back(column.channel);
  for (const auto& [name, value] : year.facts) {
    if (!value.empty()) setup.run.environment.tags["pvwatts " + name] = value;
  }
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  writer->append_samples(0, samples);
  for (std::size_t i = 0; i < gauges.size(); ++i) {
    std::vector<Sample> readings;
    for (std::size_t hour = 0; hour < year.hours.size(); ++hour) {
      const auto value = gauges[i].value(year.hours[hour]);
      if (value) readings.push_back({samples[hour].time, std::llround(*value * 1e3)});
    }
    if (!readings.empty()) writer->append_samples(1 + i, readings);
  }
  writer->append_spans(run_span({Timestamp{}, samples.back().time}), 0);
  writer->append_note("a typical year: what solar panels give, not what a run takes");
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
