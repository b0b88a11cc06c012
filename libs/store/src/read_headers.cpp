// SPDX-License-Identifier: Apache-2.0
#include "header_rows.h"
#include "read_rows.h"

namespace erg::store {
namespace {

std::optional<Watts> optional_watts(const Row& row, int column) {
  if (row.null(column)) return std::nullopt;
  return Watts{row.real(column)};
}

void read_environment(Connection& connection, std::int64_t run, Environment& environment) {
  connection.query("SELECT word FROM command_words WHERE run_key = $1 ORDER BY position", {run},
                   [&](const Row& row) { environment.command.emplace_back(row.text(0)); });
  connection.query("SELECT name, version FROM versions WHERE run_key = $1", {run},
                   [&](const Row& row) { environment.versions.emplace(row.text(0), row.text(1)); });
  connection.query("SELECT name, value FROM tags WHERE run_key = $1", {run},
                   [&](const Row& row) { environment.tags.emplace(row.text(0), row.text(1)); });
}

}  // namespace

std::optional<double> optional_real(const Row& row, int column) {
  if (row.null(column)) return std::nullopt;
  return row.real(column);
}

std::optional<StoredHeader> read_header(Connection& connection, std::int64_t run) {
  std::optional<StoredHeader> found;
  connection.query(
      "SELECT id, name, start_ns, rest, network, data, input, batch, epochs, steps_per_epoch, "
      "precision, instrumentation, seed, os, cpu, cpu_threads, memory_bytes "
      "FROM runs WHERE run_key = $1",
      {run}, [&](const Row& row) {
        found.emplace();
        auto& header = found->header;
        header.id = RunId::parse(row.text(0)).value_or(RunId{});
        header.name = row.text(1);
        header.start = utc(row.integer(2));
        found->rest = row.text(3);
        header.environment.workload = {std::string{row.text(4)},
                                       std::string{row.text(5)},
                                       std::string{row.text(6)},
                                       row.integer(7),
                                       row.integer(8),
                                       row.integer(9),
                                       std::string{row.text(10)},
                                       std::string{row.text(11)},
                                       static_cast<std::uint64_t>(row.integer(12))};
        header.environment.os = row.text(13);
        header.environment.cpu = row.text(14);
        header.environment.cpu_threads = row.integer(15);
        header.environment.memory_bytes = row.integer(16);
      });
  if (found) read_environment(connection, run, found->header.environment);
  return found;
}

std::vector<PartHeader> read_part_headers(Connection& connection, std::int64_t run) {
  std::vector<PartHeader> parts;
  connection.query(
      "SELECT rank, host, process, clock, monotonic_zero_ns, start_ns FROM parts "
      "WHERE run_key = $1 ORDER BY part",
      {run}, [&](const Row& row) {
        PartHeader part;
        part.rank = static_cast<std::int32_t>(row.integer(0));
        part.host = row.text(1);
        part.process = row.integer(2);
        part.clock = row.text(3);
        part.monotonic_zero = Nanoseconds{row.integer(4)};
        part.start = utc(row.integer(5));
        parts.push_back(std::move(part));
      });
  connection.query(
      "SELECT part, id, kind, name, driver, power_limit_w, power_limit_max_w FROM devices "
      "WHERE run_key = $1 ORDER BY part, position",
      {run}, [&](const Row& row) {
        parts.at(static_cast<std::size_t>(row.integer(0)))
            .devices.push_back({std::string{row.text(1)}, DeviceKind(row.integer(2)),
                                std::string{row.text(3)}, std::string{row.text(4)},
                                optional_watts(row, 5), optional_watts(row, 6)});
      });
  connection.query(
      "SELECT part, name, device, kind, unit, resolution, refresh_s, window_s, delay_s, gain_u, "
      "noise_u, provenance, method FROM channels WHERE run_key = $1 ORDER BY part, channel",
      {run}, [&](const Row& row) {
        parts.at(static_cast<std::size_t>(row.integer(0)))
            .channels.push_back({std::string{row.text(1)}, std::string{row.text(2)},
                                 ChannelKind(row.integer(3)), Unit(row.integer(4)), row.real(5),
                                 Seconds{row.real(6)}, Seconds{row.real(7)}, Seconds{row.real(8)},
                                 row.real(9), row.real(10), Provenance(row.integer(11)),
                                 std::string{row.text(12)}});
      });
  return parts;
}

std::vector<EpochResult> read_epochs(Connection& connection, std::int64_t run) {
  std::vector<EpochResult> epochs;
  connection.query(
      "SELECT epoch, train_loss, train_accuracy, test_loss, test_accuracy FROM epochs "
      "WHERE run_key = $1 ORDER BY epoch",
      {run}, [&](const Row& row) {
        epochs.push_back({static_cast<std::int32_t>(row.integer(0)), optional_real(row, 1),
                          optional_real(row, 2), optional_real(row, 3), optional_real(row, 4)});
      });
  return epochs;
}

std::vector<PartProgress> read_progress(Connection& connection, std::int64_t run) {
  std::vector<PartProgress> parts;
  connection.query(
      "SELECT host, process, process_start, heartbeat_unix_ns, heartbeat_ns, ended, reads, missed, "
      "unreadable, reading_s FROM parts LEFT JOIN part_states "
      "ON part_states.run_key = parts.run_key AND part_states.part = parts.part "
      "WHERE parts.run_key = $1 ORDER BY parts.part",
      {run}, [&](const Row& row) {
        PartProgress part;
        part.signs = {std::string{row.text(0)}, row.integer(1), std::string{row.text(2)},
                      utc(row.integer(3))};
        if (!row.null(4)) part.heartbeat = Timestamp{Nanoseconds{row.integer(4)}};
        if (!row.null(5)) part.ended = RunStatus(row.integer(5));
        part.cost = {static_cast<std::uint64_t>(row.integer(6)),
                     static_cast<std::uint64_t>(row.integer(7)),
                     static_cast<std::uint64_t>(row.integer(8)), Seconds{row.real(9)}};
        parts.push_back(std::move(part));
      });
  return parts;
}

RunStatus status_of(RunStatus stored, const std::optional<PartSigns>& first_part) {
  if (stored != RunStatus::running) return stored;
  return first_part && alive(*first_part) ? RunStatus::running : RunStatus::interrupted;
}

RunState read_state(Connection& connection, std::int64_t run,
                    const std::vector<PartProgress>& parts) {
  RunState state;
  connection.query("SELECT status, exit_status FROM run_states WHERE run_key = $1", {run},
                   [&](const Row& row) {
                     state.status = RunStatus(row.integer(0));
                     if (!row.null(1)) state.exit_status = static_cast<int>(row.integer(1));
                   });
  state.status =
      status_of(state.status, parts.empty() ? std::nullopt : std::optional{parts.front().signs});
  return state;
}

}  // namespace erg::store
