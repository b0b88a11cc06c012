// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erg/store.h"
#include "part_rows.h"
#include "sql.h"

namespace erg::store {

// A Store in any database that speaks SQL: the one for SQLite and the one for PostgreSQL differ in
// their connections only.
class SqlStore final : public Store {
 public:
  // Brings the schema up to date. `fallback` opens where writers go on when the server went away.
  explicit SqlStore(Connect connect, Connect fallback = {},
                    PartRows::Chunks chunks = PartRows::Chunks::live);

  std::string url() const override { return connection_->url(); }
  std::unique_ptr<RunWriter> begin(const RunHeader& run, const PartHeader& part) override;
  std::unique_ptr<RunWriter> join(RunId run, const PartHeader& part) override;
  RunHeader header(RunId run) const override;
  RunStatus status(RunId run) const override;
  PartHeader first_part(RunId run) const override;
  bool save(const Run& run) override;
  Run load(RunId run) const override;
  std::vector<RunSummary> list() const override;
  RunId find(std::string_view word) const override;
  void remove(RunId run) override;
  void at_once(const std::function<void(Store&)>& work) override;
  void save_breakdown(RunId run, const Breakdown& breakdown) override;
  void set_tags(RunId run, const std::map<std::string, std::string>& tags) override;
  void save_document(const Document& document) override;
  std::optional<Document> document(std::string_view kind, std::string_view name) const override;
  std::vector<Document> documents(std::string_view kind) const override;
  bool remove_document(std::string_view kind, std::string_view name) override;
  void add_cells(std::span<const StudyCell> cells) override;
  std::vector<StudyCell> cells(std::string_view study) const override;
  std::vector<std::string> studies() const override;
  std::optional<StudyCell> lease_cell(std::string_view study, std::string_view owner,
                                      Seconds lease) override;
  bool renew_lease(const StudyCell& cell, Seconds lease) override;
  bool end_lease(const StudyCell& cell) override;
  bool reopen_cell(std::string_view study, std::string_view name) override;
  void remove_study(std::string_view study) override;

 private:
  void require(RunId run) const;
  std::unique_ptr<RunWriter> writer(const RunHeader& run, const PartHeader& part,
                                    std::int64_t number);

  const Connect connect_;
  const Connect fallback_;
  const PartRows::Chunks chunks_;  // of its writers
  std::unique_ptr<Connection> connection_;
};

bool has_run(Connection& connection, std::int64_t run);

// Writes a whole run inside a transaction that the caller commits.
void write_run(Connection& connection, const Run& run);
// Reads one inside a transaction of the caller.
Run read_run(Connection& connection, RunId run);

std::vector<RunSummary> list_runs(Connection& connection);
RunId find_run(Connection& connection, std::string_view word);

}  // namespace erg::store
