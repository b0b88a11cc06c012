# SPDX-License-Identifier: Apache-2.0
# Writes the numbered migrations of sql/ into one C++ file, once in each dialect.
#   cmake -D OUTPUT=... -D SOURCES=a.sql;b.sql -P embed_sql.cmake
# A migration is written in PostgreSQL's words; the few that SQLite says differently stand here.
function(to_sqlite sql result)
  string(REGEX REPLACE "DOUBLE PRECISION" "REAL" sql "${sql}")
  string(REGEX REPLACE "BIGINT" "INTEGER" sql "${sql}")
  string(REGEX REPLACE "BYTEA" "BLOB" sql "${sql}")
  string(REPLACE "@CLUSTERED@" "STRICT, WITHOUT ROWID" sql "${sql}")
  string(REPLACE "@STRICT@" "STRICT" sql "${sql}")
  string(REGEX REPLACE "@utc\\(([^)]*)\\)@"
    "strftime('%Y-%m-%dT%H:%M:%SZ', (\\1) / 1000000000, 'unixepoch')" sql "${sql}")
  set(${result} "${sql}" PARENT_SCOPE)
endfunction()

function(to_postgres sql result)
  string(REGEX REPLACE "@(CLUSTERED|STRICT)@" "" sql "${sql}")
  string(REGEX REPLACE "@utc\\(([^)]*)\\)@"
    "to_char(to_timestamp((\\1) / 1000000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    sql "${sql}")
  set(${result} "${sql}" PARENT_SCOPE)
endfunction()

set(sqlite "")
set(postgres "")
foreach(source ${SOURCES})
  file(READ ${source} sql)
  foreach(dialect sqlite postgres)
    cmake_language(CALL to_${dialect} "${sql}" converted)
    string(APPEND ${dialect} "    R\"sql(${converted})sql\",\n")
  endforeach()
endforeach()
file(WRITE ${OUTPUT} "// Made from sql/*.sql by cmake/embed_sql.cmake.
#include \"migration_texts.h\"

namespace erg::store {
namespace {
const std::string_view kSqlite[] = {\n${sqlite}};
const std::string_view kPostgres[] = {\n${postgres}};
}  // namespace

std::span<const std::string_view> migration_texts(Dialect dialect) {
  if (dialect == Dialect::sqlite) return kSqlite;
  return kPostgres;
}

}  // namespace erg::store
")
