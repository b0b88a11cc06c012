// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/span_log.h"

namespace erg {

// A span from construction to destruction. Costs two clock reads; nothing when nobody listens.
class ScopedSpan {
 public:
  // `log` may be null: nobody listens.
  ScopedSpan(SpanLog* log, NameId name, SpanKind kind = SpanKind::range) : log_{log} {
    if (log_) span_ = log_->open(name, kind);
  }
  ScopedSpan(SpanLog* log, std::string_view name, SpanKind kind = SpanKind::range)
      : ScopedSpan{log, log ? log->intern(name) : NameId{}, kind} {}
  ~ScopedSpan() {
    if (log_) log_->close(span_);
  }
  ScopedSpan(const ScopedSpan&) = delete;
  ScopedSpan& operator=(const ScopedSpan&) = delete;

  SpanIndex index() const { return span_; }

 private:
  SpanLog* log_;
  SpanIndex span_ = kNoSpan;
};

}  // namespace erg
