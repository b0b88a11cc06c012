// SPDX-License-Identifier: Apache-2.0
#include "part_rows.h"

#include <utility>

#include "tables.h"

namespace erg::store {

Value nullable(std::optional<double> number) {
  return number ? Value{*number} : Value{std::monostate{}};
}

void add_epoch(Rows& rows, std::int64_t run, const EpochResult& result) {
  rows.add(run, std::int64_t{result.epoch}, nullable(result.train_loss),
           nullable(result.train_accuracy), nullable(result.test_loss),
           nullable(result.test_accuracy));
}

PartRows::PartRows(PartKey key, const PartHeader& header, Chunks chunks)
    : key_{key}, spans_{key}, blocks_{tables::kBlocks}, notes_{tables::kNotes} {
  std::int64_t channel = 0;
  for (const auto& description : header.channels)
    channels_.emplace_back(key, channel++, description, static_cast<std::size_t>(chunks));
}

void PartRows::add(const Block& block) {
  blocks_.add(key_.run, key_.part, block_count_++, block.design, std::int64_t{block.repetitions},
              std::int64_t{block.interval.begin.time_since_epoch().count()},
              std::int64_t{block.interval.end.time_since_epoch().count()}, block.steps,
              block.device_time.count(), block.host_time.count(), nullable(block.temperature_c),
              block.device);
}

void PartRows::add(const EpochResult& result) { epochs_[result.epoch] = result; }

void PartRows::add_note(std::string_view note) {
  notes_.add(key_.run, key_.part, note_count_++, std::string{note});
}

void PartRows::note_refusals() {
  for (const auto& channel : channels_) {
    if (channel.refused() == 0) continue;
    add_note(std::to_string(channel.refused()) + " readings of '" + channel.name() +
             "' were dropped: not later than the one before, or a counter that went down");
  }
}

Batch PartRows::take() {
  Batch batch;
  for (auto& channel : channels_) channel.take(batch);
  spans_.take(batch);
  if (!blocks_.empty()) batch.push_back(std::exchange(blocks_, Rows{tables::kBlocks}));
  if (!notes_.empty()) batch.push_back(std::exchange(notes_, Rows{tables::kNotes}));
  if (!epochs_.empty()) {
    Rows rows{tables::kEpochs};
    for (const auto& [epoch, result] : epochs_) add_epoch(rows, key_.run, result);
    batch.push_back(std::move(rows));
    epochs_.clear();
  }
  return batch;
}

namespace {

EpochResult epoch_of(std::span<const Value> row) {
  const auto number = [&](std::size_t column) -> std::optional<double> {
    if (const auto* value = std::get_if<double>(&row[column])) return *value;
    return std::nullopt;
  };
  return {static_cast<std::int32_t>(std::get<std::int64_t>(row[1])), number(2), number(3),
          number(4), number(5)};
}

}  // namespace

void PartRows::give_back(Batch batch) {
  for (auto& rows : batch) {
    const Table* table = &rows.table();
    if (table == &tables::kBlocks) {
      blocks_.put_in_front(std::move(rows));
    } else if (table == &tables::kNotes) {
      notes_.put_in_front(std::move(rows));
    } else if (table == &tables::kEpochs) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const EpochResult result = epoch_of(rows.row(i));
        epochs_.try_emplace(result.epoch, result);  // a newer one stays
      }
    } else if (table == &tables::kSpanChunks || table == &tables::kSpanEnds ||
               table == &tables::kSpanNames) {
      spans_.give_back(std::move(rows));
    } else if (!rows.empty()) {
      const auto channel = static_cast<std::size_t>(std::get<std::int64_t>(rows.row(0)[2]));
      channels_.at(channel).give_back(std::move(rows));
    }
  }
}

}  // namespace erg::store
