// SPDX-License-Identifier: Apache-2.0
#include "host_track.h"

#include <algorithm>
#include <string>

namespace erg {

HostTrack::HostTrack(SpanLog* log, bool steps, bool phases)
    : log_{log}, steps_{steps}, phases_{phases} {
  if (!log_) return;
  step_name_ = log_->intern("step");
  std::ranges::transform(phase::kInOrder, phase_names_.begin(),
                         [&](std::string_view name) { return log_->intern(name); });
}

void HostTrack::open_phase(std::string_view phase, Timestamp begin) {
  if (!phases_) return;
  const auto place = std::ranges::find(phase::kInOrder, phase) - std::begin(phase::kInOrder);
  phase_ = log_->open(phase_names_[static_cast<std::size_t>(place)], SpanKind::phase, begin);
}

void HostTrack::close(SpanIndex& span, Timestamp end) {
  if (span != kNoSpan) log_->close(span, end);
  span = kNoSpan;
}

void HostTrack::begin_epoch(std::int64_t epoch) {
  if (!log_) return;
  const Timestamp begin = now();
  epoch_ = log_->open(log_->intern("epoch " + std::to_string(epoch + 1)), SpanKind::epoch, begin);
  open_phase(phase::kOther, begin);
}

void HostTrack::begin_step() {
  if (!log_) return;
  const Timestamp begin = now();
  close(phase_, begin);
  close(step_, begin);
  if (steps_) step_ = log_->open(step_name_, SpanKind::step, begin);
  open_phase(phase::kData, begin);
}

Timestamp HostTrack::enter(std::string_view phase) {
  if (!log_) return {};
  const Timestamp begin = now();
  close(phase_, begin);
  open_phase(phase, begin);
  return begin;
}

void HostTrack::leave_steps(std::string_view phase) {
  if (!log_) return;
  const Timestamp end = now();
  close(phase_, end);
  close(step_, end);
  open_phase(phase, end);
}

void HostTrack::end_epoch() {
  if (!log_) return;
  const Timestamp end = now();
  close(phase_, end);
  close(step_, end);
  close(epoch_, end);
}

SpanIndex HostTrack::innermost() const {
  if (phase_ != kNoSpan) return phase_;
  return step_ != kNoSpan ? step_ : epoch_;
}

}  // namespace erg
