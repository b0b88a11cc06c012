// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "header_rows.h"
#include "sql_store.h"
#include "tables.h"

namespace erg::store {
namespace {

constexpr std::int64_t kLongestLease = std::int64_t{1} << 61U;  // 73 years in ns

std::int64_t lease_ns(Seconds lease) {
  const double ns = lease.count() * 1e9;
  if (!(ns > 0)) return 0;
  return ns < static_cast<double>(kLongestLease) ? static_cast<std::int64_t>(ns) : kLongestLease;
}

StudyCell cell_of(const Row& row) {
  StudyCell cell;
  cell.study = row.text(0);
  cell.name = row.text(1);
  cell.position = row.integer(2);
  cell.settings = row.text(3);
  cell.state = CellState(row.integer(4));
  cell.owner = row.text(5);
  cell.lease_end = utc(row.integer(6));
  cell.attempts = row.integer(7);
  if (!row.null(8)) cell.run = RunId::parse(row.text(8));
  cell.result = row.text(9);
  return cell;
}

std::vector<StudyCell> read_cells(Connection& connection, std::string_view condition,
                                  std::initializer_list<Value> parameters) {
  std::vector<StudyCell> cells;
  connection.query("SELECT " + std::string{tables::kStudyCells.columns} + " FROM study_cells " +
                       std::string{condition},
                   parameters, [&](const Row& row) { cells.push_back(cell_of(row)); });
  return cells;
}

void write_cell(Connection& connection, const StudyCell& cell) {
  Rows rows{tables::kStudyCells};
  rows.add(cell.study, cell.name, cell.position, cell.settings, std::int64_t(cell.state),
           cell.owner, unix_ns(cell.lease_end), cell.attempts,
           cell.run ? Value{cell.run->text()} : Value{}, cell.result);
  connection.put(rows);
}

// The cell as it is, for this transaction alone; empty where there is none.
std::optional<StudyCell> hold_cell(Connection& connection, std::string_view study,
                                   std::string_view name) {
  const std::string only_ours = connection.dialect() == Dialect::postgres ? " FOR UPDATE" : "";
  auto cells = read_cells(connection, "WHERE study = $1 AND name = $2" + only_ours,
                          {std::string{study}, std::string{name}});
  if (cells.empty()) return std::nullopt;
  return std::move(cells.front());
}

bool holds(const std::optional<StudyCell>& there, const StudyCell& lease) {
  return there && there->state == CellState::leased && there->owner == lease.owner &&
         there->attempts == lease.attempts;
}

}  // namespace

void SqlStore::add_cells(std::span<const StudyCell> cells) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  for (const auto& cell : cells) {
    connection_->execute(
        "INSERT INTO study_cells (study, name, position, settings, state, owner, "
        "lease_end_unix_ns, attempts, result) VALUES ($1, $2, $3, $4, 0, '', 0, 0, '') "
        "ON CONFLICT DO NOTHING",
        {cell.study, cell.name, cell.position, cell.settings});
  }
  transaction.commit();
}

std::vector<StudyCell> SqlStore::cells(std::string_view study) const {
  return read_cells(*connection_, "WHERE study = $1 ORDER BY position, name", {std::string{study}});
}

std::vector<std::string> SqlStore::studies() const {
  std::vector<std::string> names;
  connection_->query("SELECT DISTINCT study FROM study_cells", {},
                     [&](const Row& row) { names.emplace_back(row.text(0)); });
  std::ranges::sort(names);  // a server sorts by a language's rules
  return names;
}

std::optional<StudyCell> SqlStore::lease_cell(std::string_view study, std::string_view owner,
                                              Seconds lease) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  const std::int64_t now = now_unix_ns(*connection_);
  // A server lets many write at once: each passes over what another is taking just now.
  const std::string others =
      connection_->dialect() == Dialect::postgres ? " FOR UPDATE SKIP LOCKED" : std::string{};
  auto found = read_cells(*connection_,
                          "WHERE study = $1 AND (state = 0 OR (state = 1 AND lease_end_unix_ns <= "
                          "$2)) ORDER BY position, name LIMIT 1" +
                              others,
                          {std::string{study}, now});
  if (found.empty()) return std::nullopt;
  StudyCell& cell = found.front();
  cell.state = CellState::leased;
  cell.owner = owner;
  cell.lease_end = utc(now + lease_ns(lease));
  ++cell.attempts;
  write_cell(*connection_, cell);
  transaction.commit();
  return std::move(cell);
}

bool SqlStore::renew_lease(const StudyCell& cell, Seconds lease) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  auto there = hold_cell(*connection_, cell.study, cell.name);
  if (!holds(there, cell)) return false;
  there->lease_end = utc(now_unix_ns(*connection_) + lease_ns(lease));
  write_cell(*connection_, *there);
  transaction.commit();
  return true;
}

bool SqlStore::end_lease(const StudyCell& cell) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  auto there = hold_cell(*connection_, cell.study, cell.name);
  if (!holds(there, cell)) return false;
  there->state = cell.state;
  there->run = cell.run;
  there->result = cell.result;
  write_cell(*connection_, *there);
  transaction.commit();
  return true;
}

bool SqlStore::reopen_cell(std::string_view study, std::string_view name) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  auto there = hold_cell(*connection_, study, name);
  if (!there) return false;
  there->state = CellState::open;
  write_cell(*connection_, *there);
  transaction.commit();
  return true;
}

void SqlStore::remove_study(std::string_view study) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  connection_->execute("DELETE FROM study_cells WHERE study = $1", {std::string{study}});
  transaction.commit();
}

}  // namespace erg::store
