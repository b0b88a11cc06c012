// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "erg/document.h"
#include "erg/run_writer.h"
#include "erg/study_cell.h"

namespace erg {

// The store cannot do what was asked: which store, what failed, and the way out.
class StoreError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// As the rank of a part that joins: the next one that is free in its run.
inline constexpr std::int32_t kNextRank = -1;

// One line of a list of runs.
struct RunSummary {
  RunId id;
  std::string name;
  RunStatus status = RunStatus::running;
  UtcTime start;
  Workload workload;
  std::string device;  // names of its devices: the GPUs where it has any, else the CPU
  std::optional<EnergyEstimate> energy;
  std::optional<Seconds> time;
  std::optional<Watts> cap;  // the lowest power limit of its GPUs
  std::map<std::string, std::string> tags;
};

// Keeps runs, documents and the cells of studies. Used by one thread; its RunWriters by any. Every
// method may throw StoreError.
class Store {
 public:
  virtual ~Store() = default;

  // The URL it was opened by, without a password.
  virtual std::string url() const = 0;

  // Begins a run with its first part.
  virtual std::unique_ptr<RunWriter> begin(const RunHeader& run, const PartHeader& part) = 0;
  // Adds a part to a run that another process began; a rank of kNextRank is settled here. Throws
  // when there is no such run.
  virtual std::unique_ptr<RunWriter> join(RunId run, const PartHeader& part) = 0;
  // Of the run `run`, without reading its parts. Throws when there is no such run.
  virtual RunHeader header(RunId run) const = 0;
  // How far it is: running only while the process that began it lives. Throws when there is no such
  // run.
  virtual RunStatus status(RunId run) const = 0;
  // The first part of a run, for one who joins its clock. Throws when there is no such run.
  virtual PartHeader first_part(RunId run) const = 0;

  // A whole run, from a value: all of it or nothing. False when a run of this id is there already.
  virtual bool save(const Run& run) = 0;
  virtual Run load(RunId run) const = 0;
  // Newest first.
  virtual std::vector<RunSummary> list() const = 0;
  // "last", by id, by name (the newest), or by the beginning of an id (4 digits or more). Throws
  // when nothing or more than one id matches, naming the nearest.
  virtual RunId find(std::string_view word) const = 0;
  virtual void remove(RunId run) = 0;

  // All that `work` writes through the store it is given, and through the writers of that store,
  // happens at once when it returns, and not at all when it throws or the program dies before.
  // Other writers wait as long. What it was given is not to be used afterwards.
  virtual void at_once(const std::function<void(Store&)>& work) = 0;

  // Replaces the breakdown of the same grouping, method and device.
  virtual void save_breakdown(RunId run, const Breakdown& breakdown) = 0;
  virtual void set_tags(RunId run, const std::map<std::string, std::string>& tags) = 0;

  // Replaces the document of the same kind and name; `saved` becomes now.
  virtual void save_document(const Document& document) = 0;
  virtual std::optional<Document> document(std::string_view kind, std::string_view name) const = 0;
  // By name.
  virtual std::vector<Document> documents(std::string_view kind) const = 0;
  // False when there was none.
  virtual bool remove_document(std::string_view kind, std::string_view name) = 0;

  // Adds the cells, open, whose name their study has not yet; those there already stay as they are.
  virtual void add_cells(std::span<const StudyCell> cells) = 0;
  // By position.
  virtual std::vector<StudyCell> cells(std::string_view study) const = 0;
  // By name.
  virtual std::vector<std::string> studies() const = 0;
  // The first cell that is open or whose lease ended, now leased to `owner`; empty when there is
  // none. However many processes ask at once, none gets a cell that another holds.
  virtual std::optional<StudyCell> lease_cell(std::string_view study, std::string_view owner,
                                              Seconds lease) = 0;
  // Counts the lease from now. False when `owner` does not hold it any more.
  virtual bool renew_lease(const StudyCell& cell, Seconds lease) = 0;
  // Ends the lease of cell.owner and stores the cell's state, run and result; a state of `open`
  // gives it back. False, and nothing is stored, when `owner` does not hold it any more.
  virtual bool end_lease(const StudyCell& cell) = 0;
  // Makes it open again, whoever has it. False when there is no such cell.
  virtual bool reopen_cell(std::string_view study, std::string_view name) = 0;
  virtual void remove_study(std::string_view study) = 0;
};

}  // namespace erg
