// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "erg/run_writer.h"

namespace erg {

// Hands everything on and counts the readings into `samples`, which must outlive it. What waits to
// be written stays small, however long the file is.
class CountingWriter final : public RunWriter {
 public:
  CountingWriter(std::unique_ptr<RunWriter> to, std::uint64_t& samples)
      : to_{std::move(to)}, samples_{samples} {}

  RunId run() const override { return to_->run(); }
  void append_samples(std::size_t channel, std::span<const Sample> samples) override {
    to_->append_samples(channel, samples);
    samples_ += samples.size();
    waiting_ += samples.size();
    if (waiting_ < kMostWaiting) return;
    to_->heartbeat();
    waiting_ = 0;
  }
  void append_gap(std::size_t channel, const Gap& gap) override { to_->append_gap(channel, gap); }
  void append_spans(const SpanTable& spans, SpanIndex first) override {
    to_->append_spans(spans, first);
  }
  void close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) override {
    to_->close_spans(spans, rows);
  }
  void append_block(const Block& block) override { to_->append_block(block); }
  void append_epoch(const EpochResult& result) override { to_->append_epoch(result); }
  void append_note(std::string_view note) override { to_->append_note(note); }
  void update_environment(const Environment& environment) override {
    to_->update_environment(environment);
  }
  void heartbeat() override { to_->heartbeat(); }
  void finish(RunStatus status, std::optional<int> exit_status, const SamplerCost& cost) override {
    to_->finish(status, exit_status, cost);
  }

 private:
  static constexpr std::uint64_t kMostWaiting = 2'000'000;

  std::unique_ptr<RunWriter> to_;
  std::uint64_t& samples_;
  std::uint64_t waiting_ = 0;
};

}  // namespace erg
