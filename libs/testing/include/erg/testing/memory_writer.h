// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "erg/run_writer.h"
#include "erg/store.h"

namespace erg::testing {

// A RunWriter that keeps its part in memory, and fails its heartbeats when told to.
class MemoryWriter final : public RunWriter {
 public:
  explicit MemoryWriter(const std::vector<Channel>& channels) {
    part_.header.channels = channels;
    for (const auto& channel : channels) part_.timelines.emplace_back(channel);
  }

  RunId run() const override { return {}; }

  void append_samples(std::size_t channel, std::span<const Sample> samples) override {
    const std::scoped_lock lock{mutex_};
    for (const auto& sample : samples) {
      if (!part_.timelines.at(channel).append(sample)) ++refused_;
    }
  }
  void append_gap(std::size_t channel, const Gap& gap) override {
    const std::scoped_lock lock{mutex_};
    part_.timelines.at(channel).append(gap);
  }
  void append_spans(const SpanTable& spans, SpanIndex first) override {
    const std::scoped_lock lock{mutex_};
    if (first != part_.spans.size())
      throw std::logic_error{"spans handed over twice or not at all"};
    for (const auto& name : spans.names()) part_.spans.intern(name);
    for (SpanIndex i = first; i < spans.size(); ++i) part_.spans.append(spans[i]);
  }
  void close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) override {
    const std::scoped_lock lock{mutex_};
    for (const SpanIndex row : rows) part_.spans.close(row, spans.interval(row).end);
  }
  void append_block(const Block& block) override {
    const std::scoped_lock lock{mutex_};
    part_.blocks.push_back(block);
  }
  void append_epoch(const EpochResult& result) override {
    const std::scoped_lock lock{mutex_};
    epochs_.push_back(result);
  }
  void append_note(std::string_view note) override {
    const std::scoped_lock lock{mutex_};
    part_.notes.emplace_back(note);
  }
  void update_environment(const Environment&) override {}
  void heartbeat() override {
    const std::scoped_lock lock{mutex_};
    ++heartbeats_;
    if (!failure_.empty()) throw StoreError{failure_};
  }
  void finish(RunStatus, std::optional<int>, const SamplerCost& cost) override {
    const std::scoped_lock lock{mutex_};
    part_.cost = cost;
  }

  void fail_heartbeats(std::string words) {
    const std::scoped_lock lock{mutex_};
    failure_ = std::move(words);
  }
  Part part() const {
    const std::scoped_lock lock{mutex_};
    return part_;
  }
  std::vector<EpochResult> epochs() const {
    const std::scoped_lock lock{mutex_};
    return epochs_;
  }
  int heartbeats() const {
    const std::scoped_lock lock{mutex_};
    return heartbeats_;
  }
  int refused() const {
    const std::scoped_lock lock{mutex_};
    return refused_;
  }

 private:
  mutable std::mutex mutex_;
  Part part_;
  std::vector<EpochResult> epochs_;
  std::string failure_;
  int heartbeats_ = 0;
  int refused_ = 0;
};

}  // namespace erg::testing
