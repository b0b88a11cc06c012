// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "header_rows.h"
#include "part_rows.h"
#include "read_rows.h"
#include "sql_store.h"
#include "tables.h"

namespace erg::store {
namespace {

void add_timeline(ChannelRows& rows, const Timeline& timeline) {
  std::array<Sample, 4096> some;
  for (std::size_t i = 0; i < timeline.size();) {
    const std::size_t count = std::min(some.size(), timeline.size() - i);
    for (std::size_t k = 0; k < count; ++k) some[k] = timeline.sample(i + k);
    rows.add(std::span{some}.first(count));
    i += count;
  }
  for (const auto& gap : timeline.gaps()) rows.add(gap);
}

void write_part(Connection& connection, PartKey key, const Part& part, RunStatus status) {
  put(connection, rows_of(key, part.header, ""));
  Rows state{tables::kPartStates};
  state.add(key.run, key.part, unix_ns(part.header.start), Value{}, std::int64_t(status),
            static_cast<std::int64_t>(part.cost.reads), static_cast<std::int64_t>(part.cost.missed),
            static_cast<std::int64_t>(part.cost.unreadable), part.cost.reading.count());
  connection.put(state);
  PartRows rows{key, part.header, PartRows::Chunks::whole};
  for (std::size_t i = 0; i < part.timelines.size(); ++i) {
    add_timeline(rows.channel(i), part.timelines[i]);
    put(connection, rows.take());
  }
  if (!part.spans.names().empty()) rows.spans().add(part.spans, 0);
  for (const auto& block : part.blocks) rows.add(block);
  for (const auto& note : part.notes) rows.add_note(note);
  put(connection, rows.take());
}

std::string all_devices(const Run& run) {
  std::map<std::string, Device> by_id;
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      by_id.emplace(part.header.host + "/" + device.id, device);
    }
  }
  std::vector<Device> devices;
  for (const auto& [id, device] : by_id) devices.push_back(device);
  return device_names(devices);
}

}  // namespace

void write_run(Connection& connection, const Run& run) {
  const std::int64_t key = run_key(run.header.id);
  // Nobody writes a saved run any more, whatever it says.
  const RunStatus status = run.status == RunStatus::running ? RunStatus::interrupted : run.status;
  put(connection, rows_of(run.header, all_devices(run)));
  connection.put(state_rows(key, status, run.exit_status));
  std::int64_t number = 0;
  for (const auto& part : run.parts) write_part(connection, {key, number++}, part, status);
  Rows epochs{tables::kEpochs};
  for (const auto& epoch : run.epochs) add_epoch(epochs, key, epoch);
  if (!epochs.empty()) connection.put(epochs);
  for (const auto& breakdown : run.breakdowns) put(connection, rows_of(key, breakdown));
}

Run read_run(Connection& connection, RunId id) {
  const std::int64_t key = run_key(id);
  Run run;
  auto found = read_header(connection, key);
  if (!found->rest.empty()) {
    throw StoreError{"the beginning of run " + id.text() + " is in " + found->rest +
                     ": erg runs push puts the pieces together"};
  }
  run.header = std::move(found->header);
  const auto progress = read_progress(connection, key);
  const RunState state = read_state(connection, key, progress);
  run.status = state.status;
  run.exit_status = state.exit_status;
  std::int64_t number = 0;
  for (auto& header : read_part_headers(connection, key)) {
    const PartKey part_key{key, number};
    const PartProgress& far = progress.at(static_cast<std::size_t>(number++));
    Part part;
    part.timelines = read_timelines(connection, part_key, header.channels);
    part.header = std::move(header);
    part.spans = read_spans(connection, part_key);
    part.blocks = read_blocks(connection, part_key);
    part.notes = read_notes(connection, part_key);
    part.cost = far.cost;
    const bool cut_short = far.ended ? *far.ended == RunStatus::interrupted : !alive(far.signs);
    if (cut_short) close_open_spans(part, far.heartbeat);
    run.parts.push_back(std::move(part));
  }
  run.epochs = read_epochs(connection, key);
  run.breakdowns = read_breakdowns(connection, key);
  return run;
}

}  // namespace erg::store
