// SPDX-License-Identifier: Apache-2.0
#include "erg/span_log.h"

#include <algorithm>
#include <cassert>

namespace erg {

NameId SpanLog::intern(std::string_view name) {
  const std::scoped_lock lock{mutex_};
  return table_.intern(name);
}

SpanIndex SpanLog::open(NameId name, SpanKind kind, Timestamp begin, Pass pass) {
  const std::scoped_lock lock{mutex_};
  Span span;
  span.name = name;
  span.kind = kind;
  span.pass = pass;
  span.parent = open_.empty() ? kNoSpan : open_.back();
  span.interval.begin = begin;
  open_.push_back(table_.append(span));
  return open_.back();
}

void SpanLog::close(SpanIndex span, Timestamp end) {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find(open_, span);
  assert(found != open_.end());
  for (auto inner = found; inner != open_.end(); ++inner) close_row(*inner, end);
  open_.erase(found, open_.end());
}

void SpanLog::close_row(SpanIndex span, Timestamp end) {
  table_.close(span, std::max(end, table_.interval(span).begin));
  if (span < flushed_) closed_late_.push_back(span);
}

SpanIndex SpanLog::add(const Span& span) {
  assert(span.interval.end != kStillOpen);
  const std::scoped_lock lock{mutex_};
  return table_.append(span);
}

SpanIndex SpanLog::innermost() const {
  const std::scoped_lock lock{mutex_};
  return open_.empty() ? kNoSpan : open_.back();
}

std::size_t SpanLog::size() const {
  const std::scoped_lock lock{mutex_};
  return table_.size();
}

void SpanLog::flush(RunWriter& writer) {
  const std::scoped_lock lock{mutex_};
  if (flushed_ < table_.size()) {
    writer.append_spans(table_, flushed_);
    flushed_ = static_cast<SpanIndex>(table_.size());
  }
  if (!closed_late_.empty()) {
    writer.close_spans(table_, closed_late_);
    closed_late_.clear();
  }
}

SpanTable SpanLog::table() const {
  const std::scoped_lock lock{mutex_};
  return table_;
}

}  // namespace erg
