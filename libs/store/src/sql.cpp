// SPDX-License-Identifier: Apache-2.0
#include "sql.h"

#include <iterator>

namespace erg::store {

std::vector<std::string_view> split_columns(std::string_view columns) {
  std::vector<std::string_view> names;
  while (!columns.empty()) {
    const auto comma = columns.find(", ");
    names.push_back(columns.substr(0, comma));
    columns = comma == std::string_view::npos ? std::string_view{} : columns.substr(comma + 2);
  }
  return names;
}

void Rows::put_in_front(Rows earlier) {
  earlier.cells_.insert(earlier.cells_.end(), std::make_move_iterator(cells_.begin()),
                        std::make_move_iterator(cells_.end()));
  cells_ = std::move(earlier.cells_);
}

void Rows::drop_from(std::size_t column, std::int64_t least) {
  while (!empty() && std::get<std::int64_t>(row(size() - 1)[column]) >= least) {
    cells_.resize(cells_.size() - width_);
  }
}

std::string upsert_sql(const Table& table, std::string_view source) {
  const auto columns = split_columns(table.columns);
  const auto key = split_columns(table.key);
  std::string sql = "INSERT INTO " + std::string{table.name} + " (" + std::string{table.columns};
  if (source.empty()) {
    sql += ") VALUES (";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      sql += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
    }
    sql += ")";
  } else {
    sql += ") " + std::string{source};
  }
  sql += " ON CONFLICT (" + std::string{table.key} + ") DO ";
  if (columns.size() == key.size()) return sql + "NOTHING";
  sql += "UPDATE SET ";
  for (std::size_t i = key.size(); i < columns.size(); ++i) {
    if (i > key.size()) sql += ", ";
    sql += std::string{columns[i]} + " = excluded." + std::string{columns[i]};
  }
  return sql;
}

std::int64_t now_unix_ns(Connection& connection) {
  const auto here =
      std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  std::int64_t now = here.time_since_epoch().count();
  if (connection.dialect() == Dialect::postgres) {
    connection.query("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000", {},
                     [&](const Row& row) { now = row.integer(0); });
  }
  return now;
}

}  // namespace erg::store
