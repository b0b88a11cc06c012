// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "erg/run.h"
#include "second_rows.h"
#include "sql.h"

namespace erg::store {

// Rows on their way into the database. Writing the same ones twice changes nothing.
using Batch = std::vector<Rows>;

// Which part of which run the rows belong to.
struct PartKey {
  std::int64_t run = 0;
  std::int64_t part = 0;
};

// One channel of a part: readings in, rows out.
class ChannelRows {
 public:
  // A chunk ends with the minute in which it comes to hold so many samples.
  ChannelRows(PartKey key, std::int64_t channel, const Channel& description,
              std::size_t samples_a_chunk);

  // Readings that Timeline would refuse are counted and dropped.
  void add(std::span<const Sample> samples);
  void add(const Gap& gap);

  // Moves the complete rows into `batch`, and adds a copy of those that may still grow.
  void take(Batch& batch);
  // After a failure: what take() moved away is still to be written.
  void give_back(Rows rows);

  std::uint64_t refused() const { return refused_; }
  const std::optional<Sample>& last() const { return last_; }
  const std::string& name() const { return description_.name; }

 private:
  void seal();
  void add_row(Rows& rows, const SecondRow& row) const;

  std::size_t samples_a_chunk_;
  PartKey key_;
  std::int64_t channel_;
  Channel description_;
  SecondRows second_rows_;
  std::vector<SecondRow> done_;
  std::int64_t minute_ = 0;          // in which the open chunk begins
  std::int64_t last_minute_ = 0;     // of the last sample
  std::vector<std::int64_t> times_;  // of the open chunk
  std::vector<std::int64_t> counts_;
  std::optional<Sample> first_;
  std::optional<Sample> last_;
  std::int64_t samples_ = 0;
  std::int64_t gap_count_ = 0;
  std::uint64_t refused_ = 0;
  bool changed_ = false;
  Rows chunks_;
  Rows seconds_;
  Rows gaps_;
};

// The spans of a part: rows of its table in, chunks out.
class SpanRows {
 public:
  explicit SpanRows(PartKey key);

  void add(const SpanTable& spans, SpanIndex first);
  void close(const SpanTable& spans, std::span<const SpanIndex> rows);
  void take(Batch& batch);
  void give_back(Rows rows);

  Timestamp last() const { return last_; }  // latest time of a span; the zero without any

 private:
  Rows chunk(std::span<const Span> spans) const;

  PartKey key_;
  std::vector<Span> open_chunk_;
  SpanIndex first_ = 0;  // of the open chunk
  NameId names_written_ = 0;
  Timestamp last_{};
  bool changed_ = false;
  Rows chunks_;
  Rows ends_;
  Rows names_;
};

// Everything a part has to say, as rows. Not thread safe.
class PartRows {
 public:
  // Live: the open chunk is written again with each heartbeat, so it is kept small. Whole: chunks
  // are written once, and large ones take less room and time.
  enum class Chunks : std::size_t { live = 1'500, whole = 65'536 };
  PartRows(PartKey key, const PartHeader& header, Chunks chunks = Chunks::live);

  ChannelRows& channel(std::size_t index) { return channels_.at(index); }
  SpanRows& spans() { return spans_; }
  void add(const Block& block);
  void add(const EpochResult& result);
  void add_note(std::string_view note);
  // Says in a note what was dropped; once, at the end.
  void note_refusals();

  Batch take();
  void give_back(Batch batch);

 private:
  PartKey key_;
  std::vector<ChannelRows> channels_;
  SpanRows spans_;
  std::map<std::int32_t, EpochResult> epochs_;
  std::int64_t block_count_ = 0;
  std::int64_t note_count_ = 0;
  Rows blocks_;
  Rows notes_;
};

// The row of an epoch's result.
void add_epoch(Rows& rows, std::int64_t run, const EpochResult& result);
Value nullable(std::optional<double> number);

}  // namespace erg::store
