// SPDX-License-Identifier: Apache-2.0
#include "read_rows.h"
#include "sample_chunk.h"

namespace erg::store {

std::vector<Timeline> read_timelines(Connection& connection, PartKey key,
                                     const std::vector<Channel>& channels) {
  std::vector<Timeline> timelines;
  for (const auto& channel : channels) timelines.emplace_back(channel);
  connection.query("SELECT channel, samples FROM channel_totals WHERE run_key = $1 AND part = $2",
                   {key.run, key.part}, [&](const Row& row) {
                     timelines.at(static_cast<std::size_t>(row.integer(0)))
                         .reserve(static_cast<std::size_t>(row.integer(1)));
                   });
  SampleColumns columns;
  connection.query(
      "SELECT channel, data FROM chunks WHERE run_key = $1 AND part = $2 ORDER BY channel, minute",
      {key.run, key.part}, [&](const Row& row) {
        auto& timeline = timelines.at(static_cast<std::size_t>(row.integer(0)));
        decode_samples(row.bytes(1), columns);
        for (std::size_t i = 0; i < columns.times.size(); ++i) {
          timeline.append({Timestamp{Nanoseconds{columns.times[i]}}, columns.counts[i]});
        }
      });
  connection.query(
      "SELECT channel, begin_ns, end_ns, reason FROM gaps WHERE run_key = $1 AND part = $2 "
      "ORDER BY channel, gap",
      {key.run, key.part}, [&](const Row& row) {
        const Interval interval{Timestamp{Nanoseconds{row.integer(1)}},
                                Timestamp{Nanoseconds{row.integer(2)}}};
        timelines.at(static_cast<std::size_t>(row.integer(0)))
            .append(Gap{interval, GapReason(row.integer(3))});
      });
  return timelines;
}

}  // namespace erg::store
