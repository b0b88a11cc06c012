// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "erg/run.h"

namespace erg {

// Where one part of a run goes while it happens.
//
// A sampler and a training loop may call it at the same time: each method is safe to call from any
// thread. What is appended is buffered and cannot fail; heartbeat() and finish() make it durable or
// throw StoreError, keep the buffer, and may be called again. What was appended before a heartbeat
// survives `kill -9` after it. A part without finish() is interrupted.
class RunWriter {
 public:
  virtual ~RunWriter() = default;

  virtual RunId run() const = 0;

  // `channel` is an index into the part's channels.
  virtual void append_samples(std::size_t channel, std::span<const Sample> samples) = 0;
  virtual void append_gap(std::size_t channel, const Gap& gap) = 0;

  // Rows [first, spans.size()) of the part's table, which grows only at its end. Rows that are
  // open are written open, and once more through close_spans.
  virtual void append_spans(const SpanTable& spans, SpanIndex first) = 0;
  virtual void close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) = 0;

  virtual void append_block(const Block& block) = 0;
  virtual void append_epoch(const EpochResult& result) = 0;
  virtual void append_note(std::string_view note) = 0;

  // What became known after the run began: the workload, versions, tags. Replaces what was there.
  virtual void update_environment(const Environment& environment) = 0;

  // About once a second: makes everything so far durable and says that the part is alive.
  virtual void heartbeat() = 0;

  // The last call. The run is finished when its part of rank 0 is.
  virtual void finish(RunStatus status, std::optional<int> exit_status,
                      const SamplerCost& cost) = 0;
};

}  // namespace erg
