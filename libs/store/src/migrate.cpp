// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "migration_texts.h"
#include "sql.h"

namespace erg::store {
namespace {

bool has_table(Connection& connection, std::string_view condition) {
  const std::string sql =
      connection.dialect() == Dialect::sqlite
          ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND " + std::string{condition}
          : "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND " +
                std::string{condition};
  bool found = false;
  connection.query(sql, {}, [&](const Row&) { found = true; });
  return found;
}

// Two programs may open a new store at once.
void exclude_others(Connection& connection) {
  if (connection.dialect() == Dialect::postgres) {
    connection.execute("SELECT pg_advisory_xact_lock(1701996365)");
  }
}

void refuse_foreign(Connection& connection, int newest) {
  const int there = schema_version(connection);
  if (there > newest) {
    throw StoreError{connection.url() + " has schema version " + std::to_string(there) +
                     ", this erg knows up to " + std::to_string(newest) +
                     ": use the newer erg that wrote it, or another store"};
  }
  if (there == 0 && connection.dialect() == Dialect::sqlite &&
      has_table(connection, "name <> 'erg_schema'")) {
    throw StoreError{connection.url() +
                     " is a database of another program: name another file for the store"};
  }
}

}  // namespace

int newest_schema_version(Dialect dialect) {
  return static_cast<int>(migration_texts(dialect).size());
}

int schema_version(Connection& connection) {
  const bool sqlite = connection.dialect() == Dialect::sqlite;
  if (!has_table(connection, sqlite ? "name = 'erg_schema'" : "tablename = 'erg_schema'")) return 0;
  std::int64_t version = 0;
  connection.query("SELECT version FROM erg_schema", {},
                   [&](const Row& row) { version = row.integer(0); });
  return static_cast<int>(version);
}

void migrate(Connection& connection, int version) {
  const auto texts = migration_texts(connection.dialect());
  const int newest = static_cast<int>(texts.size());
  const int target = version == 0 ? newest : version;
  refuse_foreign(connection, newest);
  const int known = schema_version(connection);
  if (known >= target) return;
  if (known > 0 && !connection.writable()) {
    throw StoreError{connection.url() + " has schema version " + std::to_string(known) +
                     ", which has to become " + std::to_string(target) +
                     ", and cannot be written: make the file and its folder writable, or copy it"};
  }
  Transaction transaction{connection, Transaction::Kind::write};
  exclude_others(connection);
  const int there = schema_version(connection);
  if (there == 0) {
    connection.script(
        "CREATE TABLE erg_schema (version INTEGER NOT NULL);"
        "INSERT INTO erg_schema VALUES (0)");
  }
  for (int next = there; next < target; ++next) {
    connection.script(std::string{texts[static_cast<std::size_t>(next)]});
  }
  if (there < target) {
    connection.execute("UPDATE erg_schema SET version = $1", {std::int64_t{target}});
  }
  transaction.commit();
}

}  // namespace erg::store
