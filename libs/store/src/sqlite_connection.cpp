// SPDX-License-Identifier: Apache-2.0
#include "sqlite_connection.h"

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <thread>

namespace erg::store {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_{statement} {}
  bool null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {text ? text : "", size(column)};
  }
  std::span<const std::uint8_t> bytes(int column) const override {
    return {static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column)),
            size(column)};
  }
  Value value(int column) const override {
    switch (sqlite3_column_type(statement_, column)) {
      case SQLITE_INTEGER:
        return integer(column);
      case SQLITE_FLOAT:
        return real(column);
      case SQLITE_TEXT:
        return std::string{text(column)};
      case SQLITE_BLOB:
        return Bytes(bytes(column).begin(), bytes(column).end());
      default:
        return {};
    }
  }

 private:
  std::size_t size(int column) const {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  }
  sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int position, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, position, *integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, position, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    return sqlite3_bind_blob64(statement, position, bytes->data(), bytes->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, position);
}

bool forbids_writing(int result) {
  const int kind = result & 0xff;
  return kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN;
}

// As the path of a URI.
std::string escaped(const std::string& path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    if (c != '%' && c != '?' && c != '#') {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return text;
}

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(const std::string& path) : url_{"sqlite:" + path} {
    int result = open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (result == SQLITE_OK) result = turn_on_wal();
    std::error_code unknown;
    if (forbids_writing(result) && std::filesystem::exists(path, unknown)) {
      result = open_to_read(path);
    }
    check(result);
    script(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -16000; PRAGMA mmap_size = 1073741824");
  }

  Dialect dialect() const override { return Dialect::sqlite; }
  const std::string& url() const override { return url_; }
  bool writable() const override { return sqlite3_db_readonly(database_.get(), "main") == 0; }

  void script(const std::string& statements) override {
    check(sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr));
  }

  void query(std::string_view sql, std::span<const Value> parameters,
             const std::function<void(const Row&)>& each) override {
    const Statement statement = prepare(sql);
    bind_all(statement.get(), parameters);
    const SqliteRow row{statement.get()};
    int result = sqlite3_step(statement.get());
    for (; result == SQLITE_ROW; result = sqlite3_step(statement.get())) each(row);
    if (result != SQLITE_DONE) fail(result);
  }

  void put(const Rows& rows) override {
    auto& statement = upserts_[&rows.table()];
    if (!statement) statement = prepare(upsert_sql(rows.table()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      bind_all(statement.get(), rows.row(i));
      sqlite3_step(statement.get());
      check(sqlite3_reset(statement.get()));  // says what step said
    }
  }

  void begin_read() override { script("BEGIN"); }
  void begin_write() override { script("BEGIN IMMEDIATE"); }
  void commit() override { script("COMMIT"); }
  void rollback() noexcept override {
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void patience(std::chrono::milliseconds wait) override {
    sqlite3_busy_timeout(database_.get(), static_cast<int>(wait.count()));
  }

 private:
  int open(const std::string& name, int flags) {
    sqlite3* database = nullptr;
    const int result = sqlite3_open_v2(
        name.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    database_.reset(database);
    if (result == SQLITE_OK) patience(kPatience);
    return result;
  }

  // WAL needs files beside the database, also to read. Where they cannot be made, nothing is read
  // past a log that another left, and nobody else is expected to write.
  int open_to_read(const std::string& path) {
    const std::string whole = std::filesystem::absolute(path).string();
    const auto attempt = [&](const std::string& parameters) {
      const int result =
          open("file://" + escaped(whole) + parameters, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
      return result != SQLITE_OK ? result
                                 : sqlite3_exec(database_.get(), "SELECT 1 FROM sqlite_master",
                                                nullptr, nullptr, nullptr);
    };
    const int result = attempt("?mode=ro");
    std::error_code unknown;
    const auto log = std::filesystem::file_size(path + "-wal", unknown);
    const bool logged = !unknown && log > 0;
    return forbids_writing(result) && !logged ? attempt("?immutable=1") : result;
  }

  Statement prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement,
                             nullptr));
    return Statement{statement};
  }

  void bind_all(sqlite3_stmt* statement, std::span<const Value> values) {
    int position = 0;
    for (const auto& value : values) check(bind(statement, ++position, value));
  }

  // The switch does not wait for others by itself.
  int turn_on_wal() {
    for (int attempt = 0;; ++attempt) {
      const int result =
          sqlite3_exec(database_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
      if ((result & 0xff) != SQLITE_BUSY || attempt == 200) return result;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  }

  void check(int result) {
    if (result != SQLITE_OK) fail(result);
  }

  [[noreturn]] void fail(int result) {
    const std::string words = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(result);
    switch (result & 0xff) {
      case SQLITE_CANTOPEN:
        throw StoreError{"cannot open " + url_ + ": " + words +
                         ". Is its folder there, and may you write in it?"};
      case SQLITE_NOTADB:
        throw StoreError{url_ + " is not a database: name another file for the store"};
      case SQLITE_READONLY:
        throw StoreError{url_ + " cannot be written: " + words +
                         ". Make the file and its folder writable, or name another with --store"};
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        throw StoreError{url_ + " is locked by another program (" + words +
                         "): try again when that is done"};
      case SQLITE_FULL:
      case SQLITE_IOERR:
        throw StoreError{"cannot write to " + url_ + ": " + words +
                         ". Is there space left on its disk?"};
      case SQLITE_CORRUPT:
        throw StoreError{url_ + " is damaged: " + words +
                         ". Run erg db check, and take the file from a backup"};
      default:
        throw StoreError{url_ + ": " + words};
    }
  }

  std::string url_;
  std::unique_ptr<sqlite3, Close> database_;
  std::map<const Table*, Statement> upserts_;  // after database_: finalized before it closes
};

}  // namespace

std::unique_ptr<Connection> connect_sqlite(const std::string& path) {
  return std::make_unique<SqliteConnection>(path);
}

}  // namespace erg::store
