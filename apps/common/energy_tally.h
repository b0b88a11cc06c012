// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "erg/run_writer.h"

namespace erg {

// Hands everything on to another writer, and sums the energy of what passes: what a run has taken
// so far, to be shown while it goes on. Any thread, as the writer it stands before.
class EnergyTally final : public RunWriter {
 public:
  EnergyTally(std::unique_ptr<RunWriter> to, std::vector<Channel> channels);

  // Of all devices, each by its surest channel; up to the last readings that came. Empty where
  // nothing told an energy yet.
  std::optional<Joules> energy() const;

  RunId run() const override { return to_->run(); }
  void append_samples(std::size_t channel, std::span<const Sample> samples) override;
  void append_gap(std::size_t channel, const Gap& gap) override;
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
  struct Sum {
    Channel channel;
    std::optional<Sample> last;
    bool told = false;  // at least two readings followed each other
    Joules energy;
  };

  const std::unique_ptr<RunWriter> to_;
  mutable std::mutex mutex_;
  std::vector<Sum> sums_;  // guarded by mutex_
};

}  // namespace erg
