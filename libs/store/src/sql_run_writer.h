// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "erg/host_clock.h"
#include "erg/run_writer.h"
#include "part_rows.h"
#include "sql.h"

namespace erg::store {

// What a writer must know to begin its part once more somewhere else.
struct PartOrigin {
  RunHeader run;
  PartHeader part;
  PartKey key;
  std::string process_start;
};

// Writes one part through a connection of its own.
//
// Where the server goes away, or the store still refuses the end of the run after all patience, it
// goes on in the store that `fallback` opens: the next call says so
// by a StoreError, the ones after it succeed, and push_runs() joins the pieces again.
class SqlRunWriter final : public RunWriter {
 public:
  SqlRunWriter(std::unique_ptr<Connection> connection, PartOrigin origin, PartRows::Chunks chunks,
               Connect fallback = {});
  // Without finish(): the part is marked as interrupted, as far as that can still be written.
  ~SqlRunWriter() override;

  RunId run() const override { return origin_.run.id; }
  void append_samples(std::size_t channel, std::span<const Sample> samples) override;
  void append_gap(std::size_t channel, const Gap& gap) override;
  void append_spans(const SpanTable& spans, SpanIndex first) override;
  void close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) override;
  void append_block(const Block& block) override;
  void append_epoch(const EpochResult& result) override;
  void append_note(std::string_view note) override;
  void update_environment(const Environment& environment) override;
  void heartbeat() override;
  void finish(RunStatus status, std::optional<int> exit_status, const SamplerCost& cost) override;

 private:
  struct End {
    RunStatus status;
    std::optional<int> exit_status;
    SamplerCost cost;
  };
  Batch take(const std::optional<End>& end);
  void write(const std::optional<End>& end);
  void write_taken(const Batch& batch, const std::optional<Environment>& environment,
                   const std::optional<End>& end);
  void go_on_in_fallback(std::string_view why);
  Rows state_row(const std::optional<End>& end) const;

  PartOrigin origin_;
  const Connect fallback_;
  std::optional<HostClock> clock_;  // where the part's clock is one of this host

  std::mutex connection_mutex_;  // taken before buffer_mutex_
  std::unique_ptr<Connection> connection_;
  bool finished_ = false;
  bool moved_ = false;  // into the fallback

  std::mutex buffer_mutex_;
  PartRows rows_;
  std::optional<Environment> environment_;
  bool refusals_noted_ = false;
};

}  // namespace erg::store
