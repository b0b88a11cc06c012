// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "read_rows.h"
#include "sample_chunk.h"

namespace erg::store {
namespace {

// From this many samples on a second thread is worth its start.
constexpr std::size_t kWorthAThread = 200'000;

[[noreturn]] void damaged() { throw StoreError{"a chunk of samples is damaged: run erg db check"}; }

// A chunk and where its samples belong in the columns of its channel.
struct Packed {
  std::size_t first = 0;
  std::size_t samples = 0;
  Bytes data;
};

// All readings of one channel while they are decoded.
struct Columns {
  std::vector<Packed> chunks;
  std::size_t samples = 0;
  std::vector<Timestamp> times;
  std::vector<std::int64_t> counts;
};

// Chunks that do not rise would make a timeline that lies.
void check_order(const Channel& channel, const Columns& columns, std::size_t begin,
                 std::size_t end) {
  bool rises = true;
  for (std::size_t i = std::max<std::size_t>(begin, 1); i < end; ++i) {
    rises &= columns.times[i] > columns.times[i - 1];
  }
  if (channel.kind == ChannelKind::energy_counter) {
    for (std::size_t i = std::max<std::size_t>(begin, 1); i < end; ++i) {
      rises &= columns.counts[i] >= columns.counts[i - 1];
    }
  }
  if (!rises) damaged();
}

// Each thread takes the next chunk that nobody took.
void decode_some(const Channel& channel, Columns& columns, std::atomic<std::size_t>& next) {
  for (std::size_t i = next++; i < columns.chunks.size(); i = next++) {
    const Packed& chunk = columns.chunks[i];
    decode_samples(chunk.data, std::span{columns.times}.subspan(chunk.first, chunk.samples),
                   std::span{columns.counts}.subspan(chunk.first, chunk.samples));
    check_order(channel, columns, chunk.first + 1, chunk.first + chunk.samples);
  }
}

// Does the same work in a second thread too, where it is long. Rethrows what that one threw.
template <class Work>
void share(bool together, const Work& work) {
  std::exception_ptr failure;
  {
    std::jthread helper;  // joined before what it uses goes
    if (together) {
      helper = std::jthread{[&] {
        try {
          work(1);
        } catch (...) {
          failure = std::current_exception();
        }
      }};
    }
    work(0);
    if (!together) work(1);
  }
  if (failure) std::rethrow_exception(failure);
}

void decode_all(const Channel& channel, Columns& columns) {
  const bool together = columns.samples >= kWorthAThread;
  // Making room takes as long as decoding.
  share(together, [&](int thread) {
    thread == 0 ? columns.times.resize(columns.samples) : columns.counts.resize(columns.samples);
  });
  std::atomic<std::size_t> next = 0;
  share(together, [&](int) { decode_some(channel, columns, next); });
  for (const auto& chunk : columns.chunks) {
    check_order(channel, columns, chunk.first, std::min(chunk.first + 1, columns.samples));
  }
}

}  // namespace

std::vector<Timeline> read_timelines(Connection& connection, PartKey key,
                                     const std::vector<Channel>& channels) {
  std::vector<Timeline> timelines;
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    Columns columns;
    connection.query(
        "SELECT samples, data FROM chunks WHERE run_key = $1 AND part = $2 AND channel = $3 "
        "ORDER BY minute",
        {key.run, key.part, static_cast<std::int64_t>(channel)}, [&](const Row& row) {
          const auto bytes = row.bytes(1);
          columns.chunks.push_back({columns.samples, static_cast<std::size_t>(row.integer(0)),
                                    Bytes(bytes.begin(), bytes.end())});
          columns.samples += columns.chunks.back().samples;
        });
    decode_all(channels[channel], columns);
    timelines.emplace_back(channels[channel], std::move(columns.times), std::move(columns.counts));
  }
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
