// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/run.h"
#include "part_rows.h"
#include "sql.h"

namespace erg::store {

// The number that stands for a run in every table: the first 8 bytes of its UUID.
std::int64_t run_key(RunId run);

UtcTime utc(std::int64_t unix_ns);
std::int64_t unix_ns(UtcTime time);

// The GPUs' names where there is one, else the CPUs': "NVIDIA H100 80GB HBM3", "A, B", "2 x A".
std::string device_names(std::span<const Device> devices);

// A run that begins; `rest` names the store that holds what came before, empty for none.
Batch rows_of(const RunHeader& run, std::string_view device, std::string_view rest = {});
Rows state_rows(std::int64_t run, RunStatus status, std::optional<int> exit_status);
// A part that begins, with the process that `process_start` tells from its namesakes.
Batch rows_of(PartKey key, const PartHeader& part, std::string_view process_start);
// Command, versions and tags: what update_environment() replaces beside the run's own row.
Batch environment_rows(std::int64_t run, const Environment& environment);
Batch rows_of(std::int64_t run, const Breakdown& breakdown);

// Replaces the environment of a run that is there.
void write_environment(Connection& connection, std::int64_t run, const Environment& environment);
void write_tags(Connection& connection, std::int64_t run,
                const std::map<std::string, std::string>& tags);
void put(Connection& connection, const Batch& batch);

}  // namespace erg::store
