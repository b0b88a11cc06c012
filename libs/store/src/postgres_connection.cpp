// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>
#include <set>

#include "connect.h"
#include "erg/open_store.h"
#include "libpq.h"
#include "postgres_wire.h"

namespace erg::store {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
// From this many rows on a table of its own and a COPY beat one statement a row.
constexpr std::size_t kWorthACopy = 8;

const Libpq& pq() { return Libpq::instance(); }

struct Free {
  void operator()(PGconn* connection) const { pq().finish(connection); }
  void operator()(PGresult* result) const { pq().clear(result); }
};
using Result = std::unique_ptr<PGresult, Free>;

class PostgresRow final : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_{result}, row_{row} {}
  bool null(int column) const override { return pq().is_null(result_, row_, column) == 1; }
  std::int64_t integer(int column) const override { return wire::to_integer(bytes(column)); }
  double real(int column) const override {
    return std::bit_cast<double>(wire::to_integer(bytes(column)));
  }
  std::string_view text(int column) const override {
    return {pq().value(result_, row_, column), size(column)};
  }
  std::span<const std::uint8_t> bytes(int column) const override {
    return {reinterpret_cast<const std::uint8_t*>(pq().value(result_, row_, column)), size(column)};
  }
  Value value(int column) const override {
    if (null(column)) return {};
    switch (pq().field_type(result_, column)) {  // pg_type.h's numbers, which never change
      case 17:                                   // bytea
        return Bytes(bytes(column).begin(), bytes(column).end());
      case 25:  // text
        return std::string{text(column)};
      case 701:  // float8
        return real(column);
      default:
        return integer(column);
    }
  }

 private:
  std::size_t size(int column) const {
    return static_cast<std::size_t>(pq().length(result_, row_, column));
  }
  const PGresult* result_;
  int row_;
};

class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(const std::string& url)
      : secret_url_{url}, url_{without_password(url)} {
    const char* const names[] = {"dbname",
                                 "connect_timeout",
                                 "tcp_user_timeout",
                                 "application_name",
                                 "keepalives_idle",
                                 "client_encoding",
                                 nullptr};
    const char* const values[] = {url.c_str(), "5", "5000", "erg", "5", "UTF8", nullptr};
    connection_.reset(pq().connect(names, values, 1));
    if (pq().status(connection_.get()) != CONNECTION_OK) {
      throw ConnectionLost{"cannot open " + url_ + ": " + words() +
                           ". Is the server up? A password comes from PGPASSWORD or ~/.pgpass"};
    }
    pq().set_notice_processor(
        connection_.get(), [](void*, const char*) {}, nullptr);
  }

  Dialect dialect() const override { return Dialect::postgres; }
  const std::string& url() const override { return url_; }

  void script(const std::string& statements) override {
    check(Result{pq().exec(connection_.get(), statements.c_str())});
  }

  void query(std::string_view sql, std::span<const Value> parameters,
             const std::function<void(const Row&)>& each) override {
    std::vector<std::string> texts;
    std::vector<const char*> values;
    for (const auto& parameter : parameters) texts.push_back(wire::as_text(parameter));
    for (const auto& text : texts) values.push_back(text.c_str());
    const Result result{pq().exec_params(connection_.get(), std::string{sql}.c_str(),
                                         static_cast<int>(values.size()), nullptr, values.data(),
                                         nullptr, nullptr, 1)};
    check(result);
    for (int row = 0; row < pq().row_count(result.get()); ++row)
      each(PostgresRow{result.get(), row});
  }

  void put(const Rows& rows) override {
    if (rows.size() >= kWorthACopy) return copy(rows);
    const std::string name = "put_" + std::string{rows.table().name};
    if (prepared_.insert(name).second) {
      check(Result{pq().prepare(connection_.get(), name.c_str(), upsert_sql(rows.table()).c_str(),
                                0, nullptr)});
    }
    for (std::size_t i = 0; i < rows.size(); ++i) put_row(name.c_str(), rows.row(i));
  }

  void begin_read() override {
    revive();
    script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  void begin_write() override {
    revive();
    script("BEGIN; SET LOCAL lock_timeout = " + std::to_string(patience_.count()));
  }
  void commit() override { script("COMMIT"); }
  void rollback() noexcept override { Result{pq().exec(connection_.get(), "ROLLBACK")}; }
  void patience(std::chrono::milliseconds wait) override { patience_ = wait; }

 private:
  // A server that was away may be back.
  void revive() {
    if (pq().status(connection_.get()) == CONNECTION_OK) return;
    prepared_.clear();
    copied_.clear();
    pq().reset(connection_.get());
    if (pq().status(connection_.get()) != CONNECTION_OK) lost();
  }

  void put_row(const char* name, std::span<const Value> row) {
    std::vector<std::string> fields;
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const auto& cell : row) fields.push_back(wire::as_binary(cell));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool null = std::holds_alternative<std::monostate>(row[i]);
      values.push_back(null ? nullptr : fields[i].data());
      lengths.push_back(static_cast<int>(fields[i].size()));
    }
    const std::vector<int> formats(row.size(), 1);
    check(Result{pq().exec_prepared(connection_.get(), name, static_cast<int>(row.size()),
                                    values.data(), lengths.data(), formats.data(), 0)});
  }

  // Through a temporary table of the same columns, which knows no conflict.
  void copy(const Rows& rows) {
    const std::string table{rows.table().name};
    const std::string columns{rows.table().columns};
    if (copied_.insert(table).second) {
      script("CREATE TEMP TABLE IF NOT EXISTS incoming_" + table + " (LIKE " + table +
             ") ON COMMIT DELETE ROWS");
    }
    const Result begun{pq().exec(
        connection_.get(),
        ("COPY incoming_" + table + " (" + columns + ") FROM STDIN (FORMAT binary)").c_str())};
    if (pq().result_status(begun.get()) != PGRES_COPY_IN) fail(begun.get());
    std::string data{wire::kCopyHeader};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      wire::append_tuple(data, rows.row(i));
      if (data.size() > (1U << 16U)) send(data);
    }
    data += wire::kCopyTrailer;
    send(data);
    if (pq().put_copy_end(connection_.get(), nullptr) != 1) lost();
    while (const Result result{pq().next_result(connection_.get())}) check(result);
    script(upsert_sql(rows.table(), "SELECT " + columns + " FROM incoming_" + table) +
           "; TRUNCATE incoming_" + table);
  }

  void send(std::string& data) {
    if (pq().put_copy_data(connection_.get(), data.data(), static_cast<int>(data.size())) != 1)
      lost();
    data.clear();
  }

  void check(const Result& result) {
    const auto status = pq().result_status(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
  }

  [[noreturn]] void lost() { throw ConnectionLost{"lost the server of " + url_ + ": " + words()}; }

  [[noreturn]] void fail(const PGresult* result) {
    const char* code = pq().error_field(result, PG_DIAG_SQLSTATE);
    const std::string_view state = code ? code : "";
    const bool going_down = state.starts_with("57P") || state.starts_with("08");
    if (going_down || pq().status(connection_.get()) != CONNECTION_OK) lost();
    if (state == "55P03" || state == "40P01" || state == "40001") {
      throw StoreError{url_ + " is locked by another program: try again when that is done"};
    }
    throw StoreError{url_ + ": " + words()};
  }

  // The library's own words in one line, without what must not be shown.
  std::string words() const {
    std::string text = pq().error_message(connection_.get());
    for (auto at = text.find(secret_url_); at != std::string::npos; at = text.find(secret_url_)) {
      if (secret_url_ == url_) break;
      text.replace(at, secret_url_.size(), url_);
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (char& letter : text) {
      if (letter == '\n') letter = ' ';
    }
    return text;
  }

  const std::string secret_url_;
  std::string url_;
  std::unique_ptr<PGconn, Free> connection_;
  std::chrono::milliseconds patience_ = kPatience;
  std::set<std::string> prepared_;
  std::set<std::string> copied_;
};

}  // namespace

std::unique_ptr<Connection> connect_postgres(const std::string& url) {
  return std::make_unique<PostgresConnection>(url);
}

}  // namespace erg::store
