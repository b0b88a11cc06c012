// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "erg/suggest.h"
#include "header_rows.h"
#include "read_rows.h"
#include "sql_store.h"

namespace erg::store {
namespace {

struct Totals {
  int rank = 3;  // of where they come from: the smaller, the better
  std::optional<EnergyEstimate> energy;
  std::optional<Seconds> time;
};

// The total of the run's own breakdown, else of one by device, else of any that covers the run.
int rank_of(Grouping grouping) {
  if (grouping == Grouping::run) return 0;
  return grouping == Grouping::device ? 1 : 2;
}

std::map<std::int64_t, Totals> stored_totals(Connection& connection) {
  std::map<std::int64_t, Totals> totals;
  connection.query(
      "SELECT b.run_key, b.grouping, r.time_s, r.energy_j, r.energy_u_j, r.energy_common_u, "
      "r.energy_provenance FROM breakdowns b JOIN breakdown_rows r ON r.run_key = b.run_key AND "
      "r.grouping = b.grouping AND r.method = b.method AND r.device = b.device AND "
      "r.position = -2 WHERE b.device = '' ORDER BY b.run_key, b.grouping, b.method",
      {}, [&](const Row& row) {
        Totals& best = totals[row.integer(0)];
        const int rank = rank_of(Grouping(row.integer(1)));
        if (rank >= best.rank) return;
        best.rank = rank;
        if (const auto time = optional_real(row, 2)) best.time = Seconds{*time};
        if (row.null(3)) return;
        best.energy = EnergyEstimate{Joules{row.real(3)}, Joules{row.real(4)}, row.real(5),
                                     Provenance(row.integer(6))};
      });
  return totals;
}

// What the channels of runs without a breakdown counted so far: of each device its energy counter,
// else its first power.
void add_running_totals(Connection& connection, std::map<std::int64_t, Totals>& totals) {
  std::map<std::int64_t, std::map<std::string, bool>> seen;
  connection.query(
      "SELECT c.run_key, c.part, c.device, c.kind, c.resolution, c.gain_u, c.noise_u, "
      "c.provenance, t.samples, t.begin_ns, t.end_ns, t.energy_j FROM channels c JOIN "
      "channel_totals t ON t.run_key = c.run_key AND t.part = c.part AND t.channel = c.channel "
      "WHERE t.energy_j IS NOT NULL AND c.run_key NOT IN (SELECT run_key FROM breakdowns) "
      "ORDER BY c.run_key, c.part, c.device, c.kind, c.channel",
      {}, [&](const Row& row) {
        const std::string device = std::to_string(row.integer(1)) + "/" + std::string{row.text(2)};
        if (!seen[row.integer(0)].emplace(device, true).second) return;
        Totals& sum = totals[row.integer(0)];
        const double length_s = static_cast<double>(row.integer(10) - row.integer(9)) * 1e-9;
        const bool counter = ChannelKind(row.integer(3)) == ChannelKind::energy_counter;
        const double independent_j =
            counter ? row.real(4)
                    : row.real(6) * length_s /
                          std::sqrt(static_cast<double>(std::max<std::int64_t>(1, row.integer(8))));
        const EnergyEstimate own{Joules{row.real(11)}, Joules{independent_j}, row.real(5),
                                 Provenance(row.integer(7))};
        sum.energy = sum.energy ? add_devices(*sum.energy, own) : own;
        sum.time = std::max(sum.time.value_or(Seconds{0}), Seconds{length_s});
      });
}

std::map<std::int64_t, Watts> caps(Connection& connection) {
  std::map<std::int64_t, Watts> caps;
  connection.query(
      "SELECT run_key, min(power_limit_w) FROM devices WHERE kind = $1 AND power_limit_w IS NOT "
      "NULL GROUP BY run_key",
      {std::int64_t(DeviceKind::gpu)},
      [&](const Row& row) { caps.emplace(row.integer(0), Watts{row.real(1)}); });
  return caps;
}

std::map<std::int64_t, PartSigns> first_parts(Connection& connection) {
  std::map<std::int64_t, PartSigns> signs;
  connection.query(
      "SELECT p.run_key, p.host, p.process, p.process_start, s.heartbeat_unix_ns FROM run_states r "
      "JOIN parts p ON p.run_key = r.run_key AND p.part = 0 LEFT JOIN part_states s ON "
      "s.run_key = p.run_key AND s.part = 0 WHERE r.status = 0",
      {}, [&](const Row& row) {
        signs[row.integer(0)] = {std::string{row.text(1)}, row.integer(2), std::string{row.text(3)},
                                 utc(row.integer(4))};
      });
  return signs;
}

RunSummary summary_of(const Row& row) {
  RunSummary run;
  run.id = RunId::parse(row.text(1)).value_or(RunId{});
  run.name = row.text(2);
  run.start = utc(row.integer(3));
  run.device = row.text(4);
  run.workload = {std::string{row.text(5)},
                  std::string{row.text(6)},
                  std::string{row.text(7)},
                  row.integer(8),
                  row.integer(9),
                  row.integer(10),
                  std::string{row.text(11)},
                  std::string{row.text(12)},
                  static_cast<std::uint64_t>(row.integer(13))};
  run.status = RunStatus(row.integer(14));
  return run;
}

}  // namespace

std::vector<RunSummary> list_runs(Connection& connection) {
  auto totals = stored_totals(connection);
  add_running_totals(connection, totals);
  const auto signs = first_parts(connection);
  const auto limits = caps(connection);
  std::map<std::int64_t, std::map<std::string, std::string>> tags;
  connection.query("SELECT run_key, name, value FROM tags", {},
                   [&](const Row& row) { tags[row.integer(0)].emplace(row.text(1), row.text(2)); });
  std::vector<RunSummary> runs;
  connection.query(
      "SELECT r.run_key, id, name, start_ns, device, network, data, input, batch, epochs, "
      "steps_per_epoch, precision, instrumentation, seed, status FROM runs r "
      "LEFT JOIN run_states s ON s.run_key = r.run_key ORDER BY start_ns DESC, id",
      {}, [&](const Row& row) {
        RunSummary run = summary_of(row);
        const std::int64_t key = row.integer(0);
        const auto found = signs.find(key);
        run.status =
            status_of(run.status, found == signs.end() ? std::nullopt
                                                       : std::optional<PartSigns>{found->second});
        run.energy = totals[key].energy;
        run.time = totals[key].time;
        if (const auto cap = limits.find(key); cap != limits.end()) run.cap = cap->second;
        run.tags = std::move(tags[key]);
        runs.push_back(std::move(run));
      });
  return runs;
}

}  // namespace erg::store
