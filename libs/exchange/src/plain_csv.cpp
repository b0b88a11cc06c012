// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "erg/format_error.h"
#include "importers.h"
#include "power_file.h"
#include "run_setup.h"

namespace erg::exchange {
namespace {

constexpr const char* kDevice = "gpu-0";

struct UnitSize {
  std::string_view name;
  double size;
};

double size_of(std::string_view name, std::span<const UnitSize> units, std::string_view what) {
  std::vector<std::string_view> names;
  for (const UnitSize& unit : units) {
    if (unit.name == name) return unit.size;
    names.push_back(unit.name);
  }
  throw FormatError{fmt::format("'{}' is no unit of {}: s, ms, us, ns; W, mW, kW", name, what)};
}

double seconds_per(std::string_view unit) {
  static constexpr std::array<UnitSize, 4> kUnits{
      {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}}};
  return size_of(unit, kUnits, "time");
}

double watts_per(std::string_view unit) {
  static constexpr std::array<UnitSize, 3> kUnits{{{"W", 1}, {"mW", 1e-3}, {"kW", 1e3}}};
  return size_of(unit, kUnits, "power");
}

}  // namespace

ImportedRun import_csv(const Import& import) {
  const ColumnMap& map = import.options.columns;
  PowerTable table{import.item.path, map.time, map.power};
  table.seconds_per_time = seconds_per(map.time_unit);
  const double watts = watts_per(map.power_unit);
  const PowerScan scan = scan_power(table, import.report);
  if (scan.sessions.empty()) {
    throw FormatError{table.path.string() + ": not one row with a time and a power"};
  }
  const std::vector<PowerSession> sessions = in_order(scan.sessions, table.path, import.report);
  // A time that is no UNIX time is a time since some zero.
  constexpr Nanoseconds kYear2001 = std::chrono::seconds{1'000'000'000};
  const Nanoseconds first = sessions.front().begin;
  const UtcTime start = first >= kYear2001 ? UtcTime{first} : UtcTime{};
  RunSetup setup = run_setup(
      import, fmt::format("{} {} rows", table.path.filename().string(), scan.rows), start);
  setup.part.devices = {{kDevice, DeviceKind::gpu, import.options.device, "", {}, {}}};
  double resolution_w = 1e-3;
  for (const auto& session : sessions) resolution_w = std::min(resolution_w, session.resolution_w);
  setup.part.channels = {power_channel("power", kDevice, resolution_w * watts, "imported table")};
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  std::optional<Nanoseconds> last;
  for (PowerSession session : sessions) {
    session.resolution_w = resolution_w;
    if (last) {
      const Interval hole{Timestamp{*last - first}, Timestamp{session.begin - first}};
      writer->append_gap(0, {hole, GapReason::unreadable});
    }
    last = session.end;
    stream_power(table, session, first, [&](std::size_t, std::span<const Sample> samples) {
      writer->append_samples(0, samples);
    });
  }
  writer->append_spans(run_span({Timestamp{}, Timestamp{*last - first}}), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
