// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/run_writer.h"

namespace erg {

// Puts together a Run with one part in memory, for one who wants a value and no store. Used by one
// thread.
class RunCollector final : public RunWriter {
 public:
  // `into` must outlive the collector.
  RunCollector(const RunHeader& run, const PartHeader& part, Run& into);

  RunId run() const override { return run_.header.id; }
  // A sample that a Timeline refuses is counted as unreadable.
  void append_samples(std::size_t channel, std::span<const Sample> samples) override;
  void append_gap(std::size_t channel, const Gap& gap) override;
  void append_spans(const SpanTable& spans, SpanIndex first) override;
  void close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) override;
  void append_block(const Block& block) override;
  void append_epoch(const EpochResult& result) override;
  void append_note(std::string_view note) override;
  void update_environment(const Environment& environment) override;
  void heartbeat() override {}
  void finish(RunStatus status, std::optional<int> exit_status, const SamplerCost& cost) override;

 private:
  Part& part() { return run_.parts.back(); }

  Run& run_;
  std::uint64_t refused_ = 0;
};

}  // namespace erg
