// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "header_rows.h"
#include "sql_store.h"
#include "tables.h"

namespace erg::store {
namespace {

constexpr std::string_view kSelect = "SELECT kind, name, text, saved_unix_ns FROM documents ";

std::vector<Document> read_documents(Connection& connection, std::string_view condition,
                                     std::initializer_list<Value> parameters) {
  std::vector<Document> documents;
  connection.query(std::string{kSelect} + std::string{condition}, parameters, [&](const Row& row) {
    documents.push_back({std::string{row.text(0)}, std::string{row.text(1)},
                         std::string{row.text(2)}, utc(row.integer(3))});
  });
  return documents;
}

}  // namespace

void SqlStore::save_document(const Document& document) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  Rows rows{tables::kDocuments};
  rows.add(document.kind, document.name, now_unix_ns(*connection_), document.text);
  connection_->put(rows);
  transaction.commit();
}

std::optional<Document> SqlStore::document(std::string_view kind, std::string_view name) const {
  auto found = read_documents(*connection_, "WHERE kind = $1 AND name = $2",
                              {std::string{kind}, std::string{name}});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Document> SqlStore::documents(std::string_view kind) const {
  auto found = read_documents(*connection_, "WHERE kind = $1", {std::string{kind}});
  std::ranges::sort(found, {}, &Document::name);  // a server sorts by a language's rules
  return found;
}

bool SqlStore::remove_document(std::string_view kind, std::string_view name) {
  Transaction transaction{*connection_, Transaction::Kind::write};
  const bool there = document(kind, name).has_value();
  connection_->execute("DELETE FROM documents WHERE kind = $1 AND name = $2",
                       {std::string{kind}, std::string{name}});
  transaction.commit();
  return there;
}

}  // namespace erg::store
