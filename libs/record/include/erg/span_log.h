// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "erg/host_clock.h"
#include "erg/run_writer.h"
#include "erg/span.h"

namespace erg {

// The spans of a part while it happens.
//
// One thread opens and closes spans, which nest; any thread may add finished ones or flush.
class SpanLog {
 public:
  explicit SpanLog(HostClock clock) : clock_{clock} {}

  const HostClock& clock() const { return clock_; }

  // Interning once and opening by id keeps the hot path free of look-ups.
  NameId intern(std::string_view name);

  // The parent is the innermost span still open.
  SpanIndex open(NameId name, SpanKind kind, Timestamp begin, Pass pass = Pass::none);
  SpanIndex open(NameId name, SpanKind kind) { return open(name, kind, clock_.now()); }
  // Closes the span, and whatever was opened inside it and not closed.
  void close(SpanIndex span, Timestamp end);
  void close(SpanIndex span) { close(span, clock_.now()); }

  // A finished span whose times became known afterwards: device events read back, blocks.
  SpanIndex add(const Span& span);

  SpanIndex innermost() const;  // kNoSpan when none is open
  std::size_t size() const;

  // Hands the writer what came since the last flush: new rows, and rows closed since.
  void flush(RunWriter& writer);

  // A copy, for one who analyses without a store.
  SpanTable table() const;

 private:
  void close_row(SpanIndex span, Timestamp end);

  const HostClock clock_;
  mutable std::mutex mutex_;
  SpanTable table_;                     // guarded by mutex_
  std::vector<SpanIndex> open_;         // guarded by mutex_; innermost last
  std::vector<SpanIndex> closed_late_;  // guarded by mutex_; flushed open, closed since
  SpanIndex flushed_ = 0;               // guarded by mutex_; rows below were handed over
};

}  // namespace erg
