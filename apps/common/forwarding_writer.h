// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "erg/run_writer.h"

namespace erg {

// Hands everything on to another writer: for one that looks at what passes. Any thread, as the
// writer it stands before.
class ForwardingWriter : public RunWriter {
 public:
  explicit ForwardingWriter(std::unique_ptr<RunWriter> to) : to_{std::move(to)} {}

  RunId run() const override { return to_->run(); }
  void append_samples(std::size_t channel, std::span<const Sample> samples) override {
    to_->append_samples(channel, samples);
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
  const std::unique_ptr<RunWriter> to_;
};

}  // namespace erg
