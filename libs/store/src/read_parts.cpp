// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "read_rows.h"
#include "sample_chunk.h"

namespace erg::store {
namespace {

[[noreturn]] void damaged() {
  throw StoreError{"the spans of a run are damaged: run erg db check"};
}

void check(const SpanTable& table, const Span& span) {
  const bool parent_known = span.parent == kNoSpan || span.parent < table.size();
  if (span.name >= table.names().size() || !parent_known) damaged();
}

Timestamp last_sign(const Part& part, std::optional<Timestamp> heartbeat) {
  Timestamp last = heartbeat.value_or(Timestamp::min());
  for (const auto& timeline : part.timelines) {
    if (!timeline.empty()) last = std::max(last, timeline.times().back());
  }
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    const Interval span = part.spans.interval(i);
    last = std::max(last, part.spans.open(i) ? span.begin : span.end);
  }
  for (const auto& block : part.blocks) last = std::max(last, block.interval.end);
  return last;
}

}  // namespace

std::vector<Block> read_blocks(Connection& connection, PartKey key) {
  std::vector<Block> blocks;
  connection.query(
      "SELECT design, repetitions, begin_ns, end_ns, steps, device_time_s, host_time_s, "
      "temperature_c, device FROM blocks WHERE run_key = $1 AND part = $2 ORDER BY block",
      {key.run, key.part}, [&](const Row& row) {
        const Interval interval{Timestamp{Nanoseconds{row.integer(2)}},
                                Timestamp{Nanoseconds{row.integer(3)}}};
        blocks.push_back({std::string{row.text(0)}, static_cast<std::int32_t>(row.integer(1)),
                          interval, row.integer(4), Seconds{row.real(5)}, Seconds{row.real(6)},
                          optional_real(row, 7), std::string{row.text(8)}});
      });
  return blocks;
}

std::vector<std::string> read_notes(Connection& connection, PartKey key) {
  std::vector<std::string> notes;
  connection.query("SELECT note FROM notes WHERE run_key = $1 AND part = $2 ORDER BY position",
                   {key.run, key.part}, [&](const Row& row) { notes.emplace_back(row.text(0)); });
  return notes;
}

SpanTable read_spans(Connection& connection, PartKey key) {
  std::vector<Span> spans;
  connection.query(
      "SELECT first_span, data FROM span_chunks WHERE run_key = $1 AND part = $2 "
      "ORDER BY first_span",
      {key.run, key.part}, [&](const Row& row) {
        if (row.integer(0) != static_cast<std::int64_t>(spans.size())) damaged();
        const auto more = decode_spans(row.bytes(1), static_cast<SpanIndex>(spans.size()));
        spans.insert(spans.end(), more.begin(), more.end());
      });
  connection.query("SELECT span, end_ns FROM span_ends WHERE run_key = $1 AND part = $2",
                   {key.run, key.part}, [&](const Row& row) {
                     const auto index = static_cast<std::size_t>(row.integer(0));
                     if (index >= spans.size()) damaged();
                     spans[index].interval.end = Timestamp{Nanoseconds{row.integer(1)}};
                   });
  SpanTable table;
  connection.query("SELECT name FROM span_names WHERE run_key = $1 AND part = $2 ORDER BY name_id",
                   {key.run, key.part}, [&](const Row& row) { table.intern(row.text(0)); });
  for (const auto& span : spans) {
    check(table, span);
    table.append(span);
  }
  return table;
}

void close_open_spans(Part& part, std::optional<Timestamp> heartbeat) {
  const Timestamp last = last_sign(part, heartbeat);
  std::size_t closed = 0;
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    if (!part.spans.open(i)) continue;
    part.spans.close(i, std::max(last, part.spans.interval(i).begin));
    ++closed;
  }
  if (closed == 0) return;
  part.notes.push_back("interrupted: " + std::to_string(closed) +
                       " open spans were ended at the last sign of life");
}

}  // namespace erg::store
