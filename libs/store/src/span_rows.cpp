// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <utility>

#include "part_rows.h"
#include "sample_chunk.h"
#include "tables.h"

namespace erg::store {
namespace {

// Spans in a full chunk: large enough to compress well, small enough to be written each second
// while it fills.
constexpr std::size_t kFullChunk = 4096;

}  // namespace

SpanRows::SpanRows(PartKey key)
    : key_{key},
      chunks_{tables::kSpanChunks},
      ends_{tables::kSpanEnds},
      names_{tables::kSpanNames} {}

void SpanRows::add(const SpanTable& spans, SpanIndex first) {
  assert(first == first_ + open_chunk_.size());
  for (; names_written_ < spans.names().size(); ++names_written_) {
    names_.add(key_.run, key_.part, std::int64_t{names_written_},
               std::string{spans.name(names_written_)});
  }
  for (SpanIndex i = first; i < spans.size(); ++i) {
    open_chunk_.push_back(spans[i]);
    const Interval interval = spans.interval(i);
    last_ = std::max(last_, spans.open(i) ? interval.begin : interval.end);
    if (open_chunk_.size() < kFullChunk) continue;
    chunks_.add(key_.run, key_.part, std::int64_t{first_},
                static_cast<std::int64_t>(open_chunk_.size()), encode_spans(open_chunk_, first_));
    first_ += static_cast<SpanIndex>(open_chunk_.size());
    open_chunk_.clear();
  }
  changed_ = true;
}

void SpanRows::close(const SpanTable& spans, std::span<const SpanIndex> rows) {
  for (const SpanIndex row : rows) {
    const Timestamp end = spans.interval(row).end;
    last_ = std::max(last_, end);
    if (row >= first_) {
      open_chunk_.at(row - first_).interval.end = end;
      changed_ = true;
    } else {
      ends_.add(key_.run, key_.part, std::int64_t{row},
                std::int64_t{end.time_since_epoch().count()});
    }
  }
}

void SpanRows::take(Batch& batch) {
  Rows chunks = std::exchange(chunks_, Rows{tables::kSpanChunks});
  if (changed_ && !open_chunk_.empty()) {
    chunks.add(key_.run, key_.part, std::int64_t{first_},
               static_cast<std::int64_t>(open_chunk_.size()), encode_spans(open_chunk_, first_));
  }
  changed_ = false;
  if (!names_.empty()) batch.push_back(std::exchange(names_, Rows{tables::kSpanNames}));
  if (!chunks.empty()) batch.push_back(std::move(chunks));
  if (!ends_.empty()) batch.push_back(std::exchange(ends_, Rows{tables::kSpanEnds}));
}

void SpanRows::give_back(Rows rows) {
  if (&rows.table() == &tables::kSpanNames) {
    names_.put_in_front(std::move(rows));
  } else if (&rows.table() == &tables::kSpanEnds) {
    ends_.put_in_front(std::move(rows));
  } else {
    changed_ = true;
    const std::int64_t newer =
        chunks_.empty() ? std::int64_t{first_} : std::get<std::int64_t>(chunks_.row(0)[2]);
    rows.drop_from(2, newer);
    chunks_.put_in_front(std::move(rows));
  }
}

}  // namespace erg::store
