// SPDX-License-Identifier: Apache-2.0
#include "erg/maintenance.h"

#include <algorithm>
#include <filesystem>

#include "connect.h"
#include "sample_chunk.h"

namespace erg {
namespace store {
namespace {

std::unique_ptr<Connection> connect_existing(std::string_view url) {
  if (!names_postgres(url)) {
    std::string_view path = url;
    if (path.starts_with("sqlite:")) path.remove_prefix(7);
    if (!std::filesystem::exists(path)) {
      throw StoreError{"there is no store at " + std::string{path}};
    }
  }
  return connector(url)();
}

std::int64_t number(Connection& connection, std::string_view sql) {
  std::int64_t answer = 0;
  connection.query(sql, {}, [&](const Row& row) { answer = row.integer(0); });
  return answer;
}

std::uint64_t bytes_on_disk(Connection& connection) {
  const std::string_view sql =
      connection.dialect() == Dialect::sqlite
          ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
          : "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c WHERE "
            "c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
  return static_cast<std::uint64_t>(number(connection, sql));
}

void database_check(Connection& connection, StoreCheck& found) {
  if (connection.dialect() != Dialect::sqlite) return;
  connection.query("PRAGMA integrity_check(20)", {}, [&](const Row& row) {
    if (row.text(0) != "ok") found.problems.emplace_back(row.text(0));
  });
  connection.query("PRAGMA foreign_key_check", {}, [&](const Row& row) {
    found.problems.push_back("a row of " + std::string{row.text(0)} + " belongs to no row of " +
                             std::string{row.text(2)});
  });
}

std::string place(const Row& row) {
  return "run " + std::string{row.text(0)} + ", part " + std::to_string(row.integer(1));
}

// A number of samples that a row tells, as far as it can be true.
std::size_t places(std::int64_t samples) {
  constexpr std::int64_t kMost = std::int64_t{1} << 28U;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(samples, 0, kMost));
}

void check_samples(Connection& connection, StoreCheck& found) {
  std::vector<Timestamp> times;
  std::vector<std::int64_t> counts;
  connection.query(
      "SELECT r.id, c.part, c.channel, c.minute, c.samples, c.data FROM chunks c "
      "JOIN runs r ON r.run_key = c.run_key",
      {}, [&](const Row& row) {
        const std::string where = place(row) + ", channel " + std::to_string(row.integer(2)) +
                                  ", minute " + std::to_string(row.integer(3)) + ": ";
        try {
          times.resize(places(row.integer(4)));
          counts.resize(times.size());
          decode_samples(row.bytes(5), times, counts);
          found.samples += times.size();
        } catch (const StoreError& error) {
          found.problems.push_back(where + error.what());
        }
      });
  connection.query(
      "SELECT r.id, t.part, t.channel, t.samples, sum(c.samples) FROM channel_totals t "
      "JOIN runs r ON r.run_key = t.run_key LEFT JOIN chunks c ON c.run_key = t.run_key AND "
      "c.part = t.part AND c.channel = t.channel WHERE r.rest = '' "
      "GROUP BY r.id, t.part, t.channel, t.samples HAVING t.samples <> coalesce(sum(c.samples), 0)",
      {}, [&](const Row& row) {
        found.problems.push_back(place(row) + ", channel " + std::to_string(row.integer(2)) +
                                 ": chunks are missing");
      });
}

void check_spans(Connection& connection, StoreCheck& found) {
  connection.query(
      "SELECT r.id, c.part, c.first_span, c.spans, c.data FROM span_chunks c "
      "JOIN runs r ON r.run_key = c.run_key",
      {}, [&](const Row& row) {
        const std::string where =
            place(row) + ", spans from " + std::to_string(row.integer(2)) + " on: ";
        try {
          const auto spans = decode_spans(row.bytes(4), static_cast<SpanIndex>(row.integer(2)));
          if (static_cast<std::int64_t>(spans.size()) != row.integer(3)) {
            found.problems.push_back(where + std::to_string(spans.size()) + " instead of " +
                                     std::to_string(row.integer(3)));
          }
          found.spans += spans.size();
        } catch (const StoreError& error) {
          found.problems.push_back(where + error.what());
        }
      });
}

}  // namespace
}  // namespace store

StoreCheck check_store(std::string_view url) {
  const auto connection = store::connect_existing(url);
  store::migrate(*connection);
  StoreCheck found;
  store::database_check(*connection, found);
  found.runs = static_cast<std::uint64_t>(store::number(*connection, "SELECT count(*) FROM runs"));
  store::check_samples(*connection, found);
  store::check_spans(*connection, found);
  return found;
}

std::vector<RunId> runs_without_breakdowns(std::string_view url) {
  const auto connection = store::connect_existing(url);
  std::vector<RunId> runs;
  connection->query(
      "SELECT id FROM runs r WHERE rest = '' AND NOT EXISTS "
      "(SELECT 1 FROM breakdowns b WHERE b.run_key = r.run_key)",
      {}, [&](const store::Row& row) {
        if (const auto id = RunId::parse(row.text(0))) runs.push_back(*id);
      });
  return runs;
}

StoreVacuum vacuum_store(std::string_view url) {
  const auto connection = store::connect_existing(url);
  store::migrate(*connection);
  StoreVacuum vacuum;
  vacuum.before = store::bytes_on_disk(*connection);
  if (connection->dialect() == store::Dialect::sqlite) {
    connection->script("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  } else {
    std::vector<std::string> names;
    connection->query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
                      {}, [&](const store::Row& row) { names.emplace_back(row.text(0)); });
    for (const auto& name : names) connection->script("VACUUM FULL " + name);
  }
  vacuum.after = store::bytes_on_disk(*connection);
  return vacuum;
}

StoreMigration migrate_store(std::string_view url) {
  const auto connection = store::connect_existing(url);
  StoreMigration migration;
  migration.before = store::schema_version(*connection);
  store::migrate(*connection);
  migration.after = store::schema_version(*connection);
  return migration;
}

}  // namespace erg
