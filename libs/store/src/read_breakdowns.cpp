// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <map>
#include <tuple>

#include "columns.h"
#include "read_rows.h"
#include "tables.h"

namespace erg::store {
namespace {

using Key = std::tuple<std::int64_t, std::string, std::string>;

Key key_of(const Row& row) {
  return {row.integer(0), std::string{row.text(1)}, std::string{row.text(2)}};
}

std::vector<double> unpacked(const Row& row, int column) {
  if (row.null(column)) return {};
  const Bytes plain = decompress(row.bytes(column));
  std::vector<double> numbers(plain.size() / sizeof(double));
  if (!numbers.empty()) std::memcpy(numbers.data(), plain.data(), numbers.size() * sizeof(double));
  return numbers;
}

BreakdownRow row_of(const Row& row) {
  BreakdownRow out;
  out.name = row.text(4);
  out.kind = row.text(5);
  out.pass = Pass(row.integer(6));
  out.device = row.text(7);
  out.count = static_cast<std::uint64_t>(row.integer(8));
  if (!row.null(9)) {
    out.time = TimeEstimate{Seconds{row.real(9)}, Seconds{row.real(10)}, row.real(11),
                            Provenance(row.integer(12))};
  }
  if (!row.null(13)) {
    out.energy = EnergyEstimate{Joules{row.real(13)}, Joules{row.real(14)}, row.real(15),
                                Provenance(row.integer(16))};
  }
  out.method = row.text(17);
  return out;
}

}  // namespace

std::vector<Breakdown> read_breakdowns(Connection& connection, std::int64_t run) {
  std::map<Key, Breakdown> found;
  connection.query(
      "SELECT grouping, method, device, closure, covariance_j2 FROM breakdowns WHERE run_key = $1",
      {run}, [&](const Row& row) {
        auto& breakdown = found[key_of(row)];
        breakdown.by = Grouping(row.integer(0));
        breakdown.method = row.text(1);
        breakdown.device = row.text(2);
        breakdown.closure = optional_real(row, 3);
        breakdown.covariance_j2 = unpacked(row, 4);
      });
  connection.query(
      "SELECT grouping, method, device, position, name, kind, pass, row_device, spans, time_s, "
      "time_u_s, time_common_u, time_provenance, energy_j, energy_u_j, energy_common_u, "
      "energy_provenance, row_method FROM breakdown_rows WHERE run_key = $1 ORDER BY position",
      {run}, [&](const Row& row) {
        auto& breakdown = found[key_of(row)];
        if (row.integer(3) == tables::kUnattributed) {
          breakdown.unattributed = row_of(row);
        } else if (row.integer(3) == tables::kTotal) {
          breakdown.total = row_of(row);
        } else {
          breakdown.rows.push_back(row_of(row));
        }
      });
  connection.query(
      "SELECT grouping, method, device, note FROM breakdown_notes WHERE run_key = $1 "
      "ORDER BY position",
      {run}, [&](const Row& row) { found[key_of(row)].notes.emplace_back(row.text(3)); });
  std::vector<Breakdown> breakdowns;
  for (auto& [key, breakdown] : found) breakdowns.push_back(std::move(breakdown));
  return breakdowns;
}

}  // namespace erg::store
