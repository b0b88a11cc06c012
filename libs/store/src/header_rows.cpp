// SPDX-License-Identifier: Apache-2.0
#include "header_rows.h"

#include <charconv>

#include "columns.h"
#include "tables.h"

namespace erg::store {
namespace {

Value watts(const std::optional<Watts>& power) {
  return power ? Value{power->value()} : Value{std::monostate{}};
}

}  // namespace

std::int64_t run_key(RunId run) {
  std::string digits = run.text();
  std::erase(digits, '-');
  std::uint64_t key = 0;
  std::from_chars(digits.data(), digits.data() + 16, key, 16);
  return static_cast<std::int64_t>(key);
}

UtcTime utc(std::int64_t unix_ns) { return UtcTime{Nanoseconds{unix_ns}}; }
std::int64_t unix_ns(UtcTime time) { return time.time_since_epoch().count(); }

std::string device_names(std::span<const Device> devices) {
  std::map<std::string, int> count;
  for (const DeviceKind kind : {DeviceKind::gpu, DeviceKind::cpu}) {
    for (const auto& device : devices) {
      if (device.kind == kind) ++count[device.name];
    }
    if (!count.empty()) break;
  }
  std::string names;
  for (const auto& [name, times] : count) {
    if (!names.empty()) names += ", ";
    names += times > 1 ? std::to_string(times) + " x " + name : name;
  }
  return names;
}

Batch rows_of(const RunHeader& run, std::string_view device, std::string_view rest) {
  Rows rows{tables::kRuns};
  const Environment& around = run.environment;
  const Workload& work = around.workload;
  rows.add(run_key(run.id), run.id.text(), run.name, unix_ns(run.start), std::string{device},
           work.network, work.data, work.input, work.batch, work.epochs, work.steps_per_epoch,
           work.precision, work.instrumentation, static_cast<std::int64_t>(work.seed), around.os,
           around.cpu, around.cpu_threads, around.memory_bytes, std::string{rest});
  Batch batch = environment_rows(run_key(run.id), around);
  batch.insert(batch.begin(), std::move(rows));
  return batch;
}

Rows state_rows(std::int64_t run, RunStatus status, std::optional<int> exit_status) {
  Rows rows{tables::kRunStates};
  rows.add(run, std::int64_t(status),
           exit_status ? Value{std::int64_t{*exit_status}} : Value{std::monostate{}});
  return rows;
}

Batch rows_of(PartKey key, const PartHeader& part, std::string_view process_start) {
  Rows parts{tables::kParts};
  parts.add(key.run, key.part, std::int64_t{part.rank}, part.host, part.process,
            std::string{process_start}, part.clock, std::int64_t{part.monotonic_zero.count()},
            unix_ns(part.start));
  Rows devices{tables::kDevices};
  std::int64_t position = 0;
  for (const auto& device : part.devices) {
    devices.add(key.run, key.part, position++, device.id, std::int64_t(device.kind), device.name,
                device.driver, watts(device.power_limit), watts(device.power_limit_max));
  }
  Rows channels{tables::kChannels};
  position = 0;
  for (const auto& channel : part.channels) {
    channels.add(key.run, key.part, position++, channel.name, channel.device,
                 std::int64_t(channel.kind), std::int64_t(channel.unit), channel.resolution,
                 channel.refresh.count(), channel.window.count(), channel.delay.count(),
                 channel.gain_u, channel.noise_u, std::int64_t(channel.provenance), channel.method);
  }
  return {std::move(parts), std::move(devices), std::move(channels)};
}

Batch environment_rows(std::int64_t run, const Environment& environment) {
  Rows words{tables::kCommandWords};
  std::int64_t position = 0;
  for (const auto& word : environment.command) words.add(run, position++, word);
  Rows versions{tables::kVersions};
  for (const auto& [name, version] : environment.versions) versions.add(run, name, version);
  Rows tags{tables::kTags};
  for (const auto& [name, value] : environment.tags) tags.add(run, name, value);
  return {std::move(words), std::move(versions), std::move(tags)};
}

namespace {

void add_breakdown_row(Rows& rows, std::int64_t run, const Breakdown& breakdown,
                       std::int64_t position, const BreakdownRow& row) {
  rows.add(run, std::int64_t(breakdown.by), breakdown.method, breakdown.device, position, row.name,
           row.kind, std::int64_t(row.pass), row.device, static_cast<std::int64_t>(row.count));
  if (const auto& time = row.time) {
    rows.add(time->value.count(), time->independent_u.count(), time->common_u,
             std::int64_t(time->provenance));
  } else {
    rows.add(Value{}, Value{}, Value{}, Value{});
  }
  if (const auto& energy = row.energy) {
    rows.add(energy->value.value(), energy->independent_u.value(), energy->common_u,
             std::int64_t(energy->provenance));
  } else {
    rows.add(Value{}, Value{}, Value{}, Value{});
  }
  rows.add(row.method);
}

Value packed(std::span<const double> numbers) {
  if (numbers.empty()) return {};
  const auto bytes = std::as_bytes(numbers);
  return compress({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

Batch rows_of(std::int64_t run, const Breakdown& breakdown) {
  Rows head{tables::kBreakdowns};
  head.add(run, std::int64_t(breakdown.by), breakdown.method, breakdown.device,
           nullable(breakdown.closure), packed(breakdown.covariance_j2));
  Rows rows{tables::kBreakdownRows};
  std::int64_t position = 0;
  for (const auto& row : breakdown.rows) add_breakdown_row(rows, run, breakdown, position++, row);
  add_breakdown_row(rows, run, breakdown, tables::kUnattributed, breakdown.unattributed);
  add_breakdown_row(rows, run, breakdown, tables::kTotal, breakdown.total);
  Rows notes{tables::kBreakdownNotes};
  position = 0;
  for (const auto& note : breakdown.notes) {
    notes.add(run, std::int64_t(breakdown.by), breakdown.method, breakdown.device, position++,
              note);
  }
  return {std::move(head), std::move(rows), std::move(notes)};
}

void put(Connection& connection, const Batch& batch) {
  for (const auto& rows : batch) {
    if (!rows.empty()) connection.put(rows);
  }
}

void write_tags(Connection& connection, std::int64_t run,
                const std::map<std::string, std::string>& tags) {
  connection.execute("DELETE FROM tags WHERE run_key = $1", {run});
  Rows rows{tables::kTags};
  for (const auto& [name, value] : tags) rows.add(run, name, value);
  if (!rows.empty()) connection.put(rows);
}

void write_environment(Connection& connection, std::int64_t run, const Environment& around) {
  const Workload& work = around.workload;
  connection.execute(
      "UPDATE runs SET network = $1, data = $2, input = $3, batch = $4, epochs = $5, "
      "steps_per_epoch = $6, precision = $7, instrumentation = $8, seed = $9, os = $10, cpu = $11, "
      "cpu_threads = $12, memory_bytes = $13 WHERE run_key = $14",
      {work.network, work.data, work.input, work.batch, work.epochs, work.steps_per_epoch,
       work.precision, work.instrumentation, static_cast<std::int64_t>(work.seed), around.os,
       around.cpu, around.cpu_threads, around.memory_bytes, run});
  for (const std::string table : {"command_words", "versions", "tags"}) {
    connection.execute("DELETE FROM " + table + " WHERE run_key = $1", {run});
  }
  put(connection, environment_rows(run, around));
}

}  // namespace erg::store
