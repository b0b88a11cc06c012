// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "erg/store.h"

namespace erg::store {

using Bytes = std::vector<std::uint8_t>;
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

enum class Dialect : std::uint8_t { sqlite, postgres };

// The server is gone: what was asked may or may not have happened.
class ConnectionLost : public StoreError {
 public:
  using StoreError::StoreError;
};

// One table as the code writes it: every column, and those that name a row.
struct Table {
  std::string_view name;
  std::string_view columns;  // separated by ", "
  std::string_view key;
};

std::vector<std::string_view> split_columns(std::string_view columns);

// Rows of one table that wait to be written. No two have the same key.
class Rows {
 public:
  explicit Rows(const Table& table) : table_{&table}, width_{split_columns(table.columns).size()} {}

  template <class... Cells>
  void add(Cells&&... cells) {
    (cells_.emplace_back(std::forward<Cells>(cells)), ...);
  }

  const Table& table() const { return *table_; }
  std::size_t width() const { return width_; }
  std::size_t size() const { return cells_.size() / width_; }
  bool empty() const { return cells_.empty(); }
  std::span<const Value> row(std::size_t i) const {
    return std::span{cells_}.subspan(i * width_, width_);
  }
  void clear() { cells_.clear(); }
  // Puts what an earlier, failed attempt took away back in front.
  void put_in_front(Rows earlier);
  // Forgets the rows at the end whose number in `column` is `least` or more.
  void drop_from(std::size_t column, std::int64_t least);

 private:
  const Table* table_;
  std::size_t width_;
  std::vector<Value> cells_;
};

// A row of an answer; text and bytes are valid until the next one.
class Row {
 public:
  virtual bool null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;  // 0 for NULL
  virtual double real(int column) const = 0;           // 0 for NULL
  virtual std::string_view text(int column) const = 0;
  virtual std::span<const std::uint8_t> bytes(int column) const = 0;
  virtual Value value(int column) const = 0;  // of the column's own type

 protected:
  ~Row() = default;
};

// One connection to one database. Not thread safe. Everything throws StoreError.
//
// Parameters are $1, $2, ... in the order in which they first appear: both dialects know them.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;
  virtual const std::string& url() const = 0;  // without a password
  virtual bool writable() const { return true; }

  virtual void script(const std::string& statements) = 0;
  virtual void query(std::string_view sql, std::span<const Value> parameters,
                     const std::function<void(const Row&)>& each) = 0;
  // Inserts; a row whose key is there already is replaced.
  virtual void put(const Rows& rows) = 0;

  virtual void begin_read() = 0;
  virtual void begin_write() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

  // How long a write waits for another writer to end.
  virtual void patience(std::chrono::milliseconds wait) = 0;

  void execute(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    query(sql, {parameters.begin(), parameters.size()}, [](const Row&) {});
  }
  void query(std::string_view sql, std::initializer_list<Value> parameters,
             const std::function<void(const Row&)>& each) {
    query(sql, std::span<const Value>{parameters.begin(), parameters.size()}, each);
  }
};

// Rolls back unless it was committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { read, write };
  Transaction(Connection& connection, Kind kind) : connection_{connection} {
    kind == Kind::read ? connection.begin_read() : connection.begin_write();
  }
  ~Transaction() {
    if (open_) connection_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    connection_.commit();
    open_ = false;
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

// By the clock of the database where that is one for all of its users.
std::int64_t now_unix_ns(Connection& connection);

// Opens another connection to the same database.
using Connect = std::function<std::unique_ptr<Connection>()>;

// "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT ..."; `source` replaces the VALUES clause.
std::string upsert_sql(const Table& table, std::string_view source = {});

// Creates the tables, or brings those of an older version up to date, to `version` (0: the newest).
// Throws for a database of a newer version or of another program.
void migrate(Connection& connection, int version = 0);
int schema_version(Connection& connection);  // 0: none yet
int newest_schema_version(Dialect dialect);

}  // namespace erg::store
