// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "erg/run.h"
#include "part_rows.h"
#include "process.h"
#include "sql.h"

namespace erg::store {

// Values back out of rows: the inverse of header_rows.h and part_rows.h.

// Empty where there is no such run.
struct StoredHeader {
  RunHeader header;
  std::string rest;  // the store that has the beginning
};
std::optional<StoredHeader> read_header(Connection& connection, std::int64_t run);

std::vector<PartHeader> read_part_headers(Connection& connection, std::int64_t run);
std::vector<EpochResult> read_epochs(Connection& connection, std::int64_t run);
// By grouping, method, device.
std::vector<Breakdown> read_breakdowns(Connection& connection, std::int64_t run);
std::vector<Block> read_blocks(Connection& connection, PartKey key);
std::vector<std::string> read_notes(Connection& connection, PartKey key);
// The timelines of a part, in the order of its channels.
std::vector<Timeline> read_timelines(Connection& connection, PartKey key,
                                     const std::vector<Channel>& channels);
SpanTable read_spans(Connection& connection, PartKey key);

// How far the part of that number came.
struct PartProgress {
  PartSigns signs;
  std::optional<Timestamp> heartbeat;  // on the part's clock
  std::optional<RunStatus> ended;
  SamplerCost cost;
};
std::vector<PartProgress> read_progress(Connection& connection, std::int64_t run);

// What a run's state says, in the light of its first part's signs of life.
RunStatus status_of(RunStatus stored, const std::optional<PartSigns>& first_part);

struct RunState {
  RunStatus status = RunStatus::running;
  std::optional<int> exit_status;
};
// `parts`: its progress.
RunState read_state(Connection& connection, std::int64_t run,
                    const std::vector<PartProgress>& parts);

// Ends the open spans of a part that was interrupted, at its last sign of life, and says so.
void close_open_spans(Part& part, std::optional<Timestamp> heartbeat);

std::optional<double> optional_real(const Row& row, int column);

}  // namespace erg::store
