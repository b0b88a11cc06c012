// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql.h"

namespace erg::store {

// A connection inside a transaction of its owner, for code that makes transactions of its own:
// theirs are part of the owner's, which alone decides. `owner` must outlive it.
class HeldConnection final : public Connection {
 public:
  explicit HeldConnection(Connection& owner) : owner_{owner} {}

  Dialect dialect() const override { return owner_.dialect(); }
  const std::string& url() const override { return owner_.url(); }
  void script(const std::string& statements) override { owner_.script(statements); }
  void query(std::string_view sql, std::span<const Value> parameters,
             const std::function<void(const Row&)>& each) override {
    owner_.query(sql, parameters, each);
  }
  void put(const Rows& rows) override { owner_.put(rows); }
  void begin_read() override {}
  void begin_write() override {}
  void commit() override {}
  void rollback() noexcept override {}
  void patience(std::chrono::milliseconds) override {}

 private:
  Connection& owner_;
};

}  // namespace erg::store
