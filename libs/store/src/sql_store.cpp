// SPDX-License-Identifier: Apache-2.0
#include "sql_store.h"

#include <utility>

#include "header_rows.h"
#include "held_connection.h"
#include "process.h"
#include "read_rows.h"
#include "sql_run_writer.h"
#include "tables.h"

namespace erg::store {
namespace {

// Other parts of the run wait until this transaction ends.
void hold_run(Connection& connection, std::int64_t run) {
  connection.execute("UPDATE runs SET id = id WHERE run_key = $1", {run});
}

std::int64_t next_part(Connection& connection, std::int64_t run) {
  std::int64_t next = 0;
  connection.query("SELECT max(part) + 1 FROM parts WHERE run_key = $1", {run},
                   [&](const Row& row) { next = row.integer(0); });
  return next;
}

std::int32_t next_rank(Connection& connection, std::int64_t run) {
  std::int64_t next = 0;
  connection.query("SELECT max(rank) + 1 FROM parts WHERE run_key = $1", {run},
                   [&](const Row& row) { next = row.integer(0); });
  return static_cast<std::int32_t>(next);
}

std::string devices_of_run(Connection& connection, std::int64_t run) {
  std::map<std::string, Device> by_id;
  for (const auto& part : read_part_headers(connection, run)) {
    for (const auto& device : part.devices) by_id.emplace(part.host + "/" + device.id, device);
  }
  std::vector<Device> devices;
  for (auto& [id, device] : by_id) devices.push_back(std::move(device));
  return device_names(devices);
}

}  // namespace

bool has_run(Connection& connection, std::int64_t run) {
  bool found = false;
  connection.query("SELECT 1 FROM runs WHERE run_key = $1", {run},
                   [&](const Row&) { found = true; });
  return found;
}

SqlStore::SqlStore(Connect connect, Connect fallback, PartRows::Chunks chunks)
    : connect_{std::move(connect)},
      fallback_{std::move(fallback)},
      chunks_{chunks},
      connection_{connect_()} {
  migrate(*connection_);
}

void SqlStore::require(RunId run) const {
  if (!has_run(*connection_, run_key(run))) {
    throw StoreError{"no run " + run.text() + " in " + url() + ": erg runs list shows what is"};
  }
}

std::unique_ptr<RunWriter> SqlStore::writer(const RunHeader& run, const PartHeader& part,
                                            std::int64_t number) {
  PartOrigin origin{run, part, {run_key(run.id), number}, process_start(part.process)};
  return std::make_unique<SqlRunWriter>(connect_(), std::move(origin), chunks_, fallback_);
}

std::unique_ptr<RunWriter> SqlStore::begin(const RunHeader& run, const PartHeader& part) {
  const PartKey key{run_key(run.id), 0};
  Transaction transaction{*connection_, Transaction::Kind::write};
  if (has_run(*connection_, key.run)) {
    throw StoreError{"run " + run.id.text() + " is in " + url() + " already"};
  }
  put(*connection_, rows_of(run, device_names(part.devices)));
  connection_->put(state_rows(key.run, RunStatus::running, std::nullopt));
  put(*connection_, rows_of(key, part, process_start(part.process)));
  auto begun = writer(run, part, key.part);
  transaction.commit();
  begun->heartbeat();
  return begun;
}

std::unique_ptr<RunWriter> SqlStore::join(RunId run, const PartHeader& wanted) {
  const std::int64_t key = run_key(run);
  Transaction transaction{*connection_, Transaction::Kind::write};
  hold_run(*connection_, key);
  const auto there = read_header(*connection_, key);
  if (!there) require(run);
  const std::int64_t number = next_part(*connection_, key);
  PartHeader part = wanted;
  if (part.rank == kNextRank) part.rank = next_rank(*connection_, key);
  put(*connection_, rows_of({key, number}, part, process_start(part.process)));
  if (!part.devices.empty()) {
    connection_->execute("UPDATE runs SET device = $1 WHERE run_key = $2",
                         {devices_of_run(*connection_, key), key});
  }
  auto joined = writer(there->header, part, number);
  transaction.commit();
  joined->heartbeat();
  return joined;
}

RunHeader SqlStore::header(RunId run) const {
  require(run);
  return read_header(*connection_, run_key(run))->header;
}

RunStatus SqlStore::status(RunId run) const {
  require(run);
  const std::int64_t key = run_key(run);
  return read_state(*connection_, key, read_progress(*connection_, key)).status;
}

PartHeader SqlStore::first_part(RunId run) const {
  require(run);
  auto parts = read_part_headers(*connection_, run_key(run));
  if (parts.empty()) throw StoreError{"run " + run.text() + " has no part to join"};
  return std::move(parts.front());
}

bool SqlStore::save(const Run& run) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  if (has_run(*connection_, run_key(run.header.id))) return false;
  write_run(*connection_, run);
  transaction.commit();
  return true;
}

Run SqlStore::load(RunId run) const {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  require(run);
  return read_run(*connection_, run);
}

std::vector<RunSummary> SqlStore::list() const {
  const Transaction transaction{*connection_, Transaction::Kind::read};
  return list_runs(*connection_);
}

RunId SqlStore::find(std::string_view word) const { return find_run(*connection_, word); }

void SqlStore::remove(RunId run) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  require(run);
  connection_->execute("DELETE FROM runs WHERE run_key = $1", {run_key(run)});
  transaction.commit();
}

void SqlStore::at_once(const std::function<void(Store&)>& work) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  // Nobody sees a run before it is whole.
  SqlStore inside{[this] { return std::make_unique<HeldConnection>(*connection_); },
                  {},
                  PartRows::Chunks::whole};
  work(inside);
  transaction.commit();
}

void SqlStore::save_breakdown(RunId run, const Breakdown& breakdown) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  require(run);
  connection_->execute(
      "DELETE FROM breakdowns WHERE run_key = $1 AND grouping = $2 AND method = $3 AND device = $4",
      {run_key(run), std::int64_t(breakdown.by), breakdown.method, breakdown.device});
  put(*connection_, rows_of(run_key(run), breakdown));
  transaction.commit();
}

void SqlStore::set_tags(RunId run, const std::map<std::string, std::string>& tags) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  require(run);
  write_tags(*connection_, run_key(run), tags);
  transaction.commit();
}

}  // namespace erg::store
