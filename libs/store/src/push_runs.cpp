// SPDX-License-Identifier: Apache-2.0
#include "erg/push_runs.h"

#include <algorithm>

#include "connect.h"
#include "header_rows.h"
#include "read_rows.h"
#include "sql_store.h"
#include "tables.h"

namespace erg {
namespace store {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;

void copy_rows(Connection& from, Connection& to, const Table& table, std::int64_t run) {
  Rows rows{table};
  const auto width = static_cast<int>(rows.width());
  from.query("SELECT " + std::string{table.columns} + " FROM " + std::string{table.name} +
                 " WHERE run_key = $1",
             {run}, [&](const Row& row) {
               for (int column = 0; column < width; ++column) rows.add(row.value(column));
               if (rows.size() < kRowsAtOnce) return;
               to.put(rows);
               rows.clear();
             });
  if (!rows.empty()) to.put(rows);
}

bool about_the_run_itself(const Table* table) {
  using namespace tables;
  return table == &kRuns || table == &kCommandWords || table == &kVersions || table == &kTags;
}

// What the program said of itself after the server had gone.
void complete_environment(Connection& from, Connection& to, std::int64_t run) {
  const auto here = read_header(from, run);
  const auto there = read_header(to, run);
  if (there->header.environment.workload != Workload{}) return;
  Environment environment = here->header.environment;
  if (environment.workload == Workload{}) return;
  for (const auto& [name, value] : there->header.environment.tags) environment.tags[name] = value;
  write_environment(to, run, environment);
}

void deliver(Connection& from, Connection& to, std::int64_t run, bool rest) {
  Transaction transaction{to, Transaction::Kind::write};
  for (const Table* table : tables::kOfARun) {
    if (rest && about_the_run_itself(table)) continue;
    copy_rows(from, to, *table, run);
  }
  if (rest) complete_environment(from, to, run);
  transaction.commit();
}

void forget(Connection& from, std::int64_t run) {
  Transaction transaction{from, Transaction::Kind::write};
  from.execute("DELETE FROM runs WHERE run_key = $1", {run});
  transaction.commit();
}

// Whether one of its writers is still at work.
bool goes_on(Connection& from, std::int64_t run) {
  const auto parts = read_progress(from, run);
  return std::ranges::any_of(
      parts, [](const PartProgress& part) { return !part.ended && alive(part.signs); });
}

std::vector<RunId>& fate(Connection& from, Connection& to, RunId id, PushReport& report) {
  const std::int64_t key = run_key(id);
  const auto header = read_header(from, key);
  if (!header) throw StoreError{"no run " + id.text() + " in " + from.url()};
  const bool rest = !header->rest.empty();
  const bool there = has_run(to, key);
  if (goes_on(from, key)) return report.still_running;
  if (rest && !there) return report.without_beginning;
  if (!rest && there) return report.there_already;
  deliver(from, to, key, rest);
  return report.delivered;
}

}  // namespace
}  // namespace store

PushReport push_runs(std::string_view from_url, std::string_view to_url,
                     std::span<const RunId> only, AfterPush after) {
  const auto from = store::connector(from_url)();
  const auto to = store::connector(to_url)();
  if (from->url() == to->url()) {
    throw StoreError{"cannot push " + from->url() + " to itself: name another store"};
  }
  store::migrate(*from);
  store::migrate(*to);
  std::vector<RunId> ids{only.begin(), only.end()};
  if (ids.empty()) {
    for (const auto& run : store::list_runs(*from)) ids.push_back(run.id);
  }
  PushReport report;
  for (const RunId id : ids) {
    auto& list = store::fate(*from, *to, id, report);
    list.push_back(id);
    const bool arrived = &list == &report.delivered || &list == &report.there_already;
    if (arrived && after == AfterPush::remove) store::forget(*from, store::run_key(id));
  }
  return report;
}

}  // namespace erg
