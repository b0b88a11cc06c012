// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "part_rows.h"
#include "sample_chunk.h"
#include "tables.h"

namespace erg::store {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

std::int64_t ns(Timestamp time) { return time.time_since_epoch().count(); }
std::int64_t minute_of(std::int64_t ns) { return ns / kMinute - (ns % kMinute < 0 ? 1 : 0); }

}  // namespace

ChannelRows::ChannelRows(PartKey key, std::int64_t channel, const Channel& description,
                         std::size_t samples_a_chunk)
    : samples_a_chunk_{samples_a_chunk},
      key_{key},
      channel_{channel},
      description_{description},
      second_rows_{description},
      chunks_{tables::kChunks},
      seconds_{tables::kSeconds},
      gaps_{tables::kGaps} {}

void ChannelRows::add(std::span<const Sample> samples) {
  const bool counter = description_.kind == ChannelKind::energy_counter;
  for (const auto& sample : samples) {
    if (last_ && (sample.time <= last_->time || (counter && sample.count < last_->count))) {
      ++refused_;
      continue;
    }
    const std::int64_t minute = minute_of(ns(sample.time));
    if (minute != last_minute_ && times_.size() >= samples_a_chunk_) seal();
    last_minute_ = minute;
    if (times_.empty()) minute_ = minute;
    times_.push_back(ns(sample.time));
    counts_.push_back(sample.count);
    second_rows_.add(sample, done_);
    if (!first_) first_ = sample;
    last_ = sample;
    ++samples_;
    changed_ = true;
  }
  for (const auto& row : done_) add_row(seconds_, row);
  done_.clear();
}

void ChannelRows::add(const Gap& gap) {
  gaps_.add(key_.run, key_.part, channel_, gap_count_++, ns(gap.interval.begin),
            ns(gap.interval.end), std::int64_t(gap.reason));
}

void ChannelRows::add_row(Rows& rows, const SecondRow& row) const {
  rows.add(key_.run, key_.part, channel_, row.second, row.samples, nullable(row.mean),
           nullable(row.min), nullable(row.max), nullable(row.energy_j));
}

void ChannelRows::seal() {
  chunks_.add(key_.run, key_.part, channel_, minute_, static_cast<std::int64_t>(times_.size()),
              encode_samples(times_, counts_));
  times_.clear();
  counts_.clear();
}

void ChannelRows::take(Batch& batch) {
  Rows chunks = std::exchange(chunks_, Rows{tables::kChunks});
  Rows seconds = std::exchange(seconds_, Rows{tables::kSeconds});
  if (changed_) {
    chunks.add(key_.run, key_.part, channel_, minute_, static_cast<std::int64_t>(times_.size()),
               encode_samples(times_, counts_));
    if (const auto row = second_rows_.open()) add_row(seconds, *row);
    Rows totals{tables::kChannelTotals};
    const bool gauge = description_.kind == ChannelKind::gauge;
    totals.add(key_.run, key_.part, channel_, samples_, ns(first_->time), ns(last_->time),
               gauge ? Value{} : Value{second_rows_.energy_j()});
    batch.push_back(std::move(totals));
  }
  changed_ = false;
  if (!chunks.empty()) batch.push_back(std::move(chunks));
  if (!seconds.empty()) batch.push_back(std::move(seconds));
  if (!gaps_.empty()) batch.push_back(std::exchange(gaps_, Rows{tables::kGaps}));
}

void ChannelRows::give_back(Rows rows) {
  const Table* table = &rows.table();
  if (table == &tables::kGaps) {
    gaps_.put_in_front(std::move(rows));
    return;
  }
  changed_ = true;  // rows that may still grow are made anew
  if (table == &tables::kChannelTotals) return;
  Rows& kept = table == &tables::kChunks ? chunks_ : seconds_;
  const std::int64_t still_open = table == &tables::kChunks ? minute_ : second_rows_.open()->second;
  // The row that was open then: complete by now and in `kept`, or still open.
  const std::int64_t newer = kept.empty() ? still_open : std::get<std::int64_t>(kept.row(0)[3]);
  rows.drop_from(3, newer);
  kept.put_in_front(std::move(rows));
}

}  // namespace erg::store
