// SPDX-License-Identifier: Apache-2.0
#include "device_track.h"

#include <algorithm>
#include <optional>
#include <string>

#include "compute_device.h"

namespace erg {
namespace {

constexpr auto kAnchorAge = std::chrono::seconds{10};
constexpr int kAnchorTries = 3;

c10::Event timed_event(at::Device device) {
  return c10::Event{device.type(), c10::EventFlag::BACKEND_DEFAULT};
}

}  // namespace

DeviceTrack::DeviceTrack(SpanLog& log, at::Device device, std::uint16_t span_device,
                         std::vector<NameId> layer_names)
    : log_{log},
      device_{device},
      span_device_{span_device},
      layer_names_{std::move(layer_names)},
      step_name_{log.intern("step")} {
  std::ranges::transform(phase::kInOrder, phase_names_.begin(),
                         [&](std::string_view phase) { return log_.intern(phase); });
}

NameId DeviceTrack::name(std::string_view phase) const {
  const auto place = std::ranges::find(phase::kInOrder, phase) - std::begin(phase::kInOrder);
  return phase_names_[static_cast<std::size_t>(place)];
}

c10::Event DeviceTrack::recorded() {
  if (spare_.empty()) spare_.push_back(timed_event(device_));
  c10::Event event = std::move(spare_.back());
  spare_.pop_back();
  event.record(current_stream(device_));
  return event;
}

// The tightest of a few tries: the event lies between the two clock reads.
void DeviceTrack::set_anchor() {
  synchronize(device_);
  collect();
  Nanoseconds best = Nanoseconds::max();
  for (int attempt = 0; attempt < kAnchorTries; ++attempt) {
    const Timestamp before = log_.clock().now();
    c10::Event event = recorded();
    while (!event.query()) {
    }
    const Nanoseconds half = (log_.clock().now() - before) / 2;
    if (half >= best) {
      spare_.push_back(std::move(event));
      continue;
    }
    best = half;
    anchor_host_ = before + half;
    anchor_.clear();
    anchor_.push_back(std::move(event));
  }
}

Timestamp DeviceTrack::moment(const c10::Event& event) {
  const std::chrono::duration<double, std::milli> since{anchor_.front().elapsedTime(event)};
  return std::max(end_, anchor_host_ + std::chrono::round<Nanoseconds>(since));
}

void DeviceTrack::begin_epoch(std::int64_t epoch, SpanIndex host_epoch, SpanIndex run) {
  set_anchor();
  epoch_ = host_epoch;
  run_ = run;
  epoch_name_ = log_.intern("epoch " + std::to_string(epoch + 1));
  end_ = std::max(end_, log_.clock().now());
  epoch_begin_ = end_;
}

void DeviceTrack::begin_step(Interval waited) {
  current_.waited = waited;
  enter(phase::kToDevice);
}

void DeviceTrack::enter(std::string_view phase) {
  current_.phases.push_back({name(phase), recorded()});
}

void DeviceTrack::mark_layer(std::size_t node, Pass pass) {
  current_.layers.push_back({node, pass, recorded()});
}

void DeviceTrack::end_step() {
  enter(phase::kOther);
  pending_.push_back(std::move(current_));
  current_ = {};
  collect();
  if (log_.clock().now() - anchor_host_ > kAnchorAge) set_anchor();
}

void DeviceTrack::begin_evaluation() {
  current_.phases.push_back({name(phase::kEvaluate), recorded()});
}

void DeviceTrack::end_epoch() {
  const bool evaluated = !current_.phases.empty();
  if (evaluated) enter(phase::kOther);
  synchronize(device_);
  collect();
  if (evaluated) {
    const Timestamp begin = moment(current_.phases.front().event);
    emit_gap({end_, begin}, {}, epoch_);
    const Timestamp end = moment(current_.phases.back().event);
    add(current_.phases.front().phase, SpanKind::phase, epoch_, {begin, end});
    end_ = end;
  }
  recycle(current_);
  const Timestamp end = std::max(end_, log_.clock().now());
  emit_gap({end_, end}, {}, epoch_);
  end_ = end;
  add(epoch_name_, SpanKind::epoch, run_, {epoch_begin_, end_});
}

void DeviceTrack::collect() {
  while (!pending_.empty() && pending_.front().phases.back().event.query()) {
    emit(pending_.front());
    recycle(pending_.front());
    pending_.pop_front();
  }
}

void DeviceTrack::emit(Step& step) {
  const Timestamp begin = end_;
  const Timestamp last = moment(step.phases.back().event);
  const SpanIndex row = add(step_name_, SpanKind::step, epoch_, {begin, last});
  emit_gap({begin, moment(step.phases.front().event)}, step.waited, row);
  for (std::size_t i = 0; i + 1 < step.phases.size(); ++i) {
    const Interval interval{moment(step.phases[i].event), moment(step.phases[i + 1].event)};
    const SpanIndex phase = add(step.phases[i].phase, SpanKind::phase, row, interval);
    end_ = interval.end;
    if (step.layers.empty()) continue;
    if (step.phases[i].phase == name(phase::kForward)) {
      emit_layers(step, Pass::forward, phase, interval.end);
    } else if (step.phases[i].phase == name(phase::kBackward)) {
      emit_layers(step, Pass::backward, phase, interval.end);
    }
  }
}

void DeviceTrack::emit_gap(Interval gap, Interval waited, SpanIndex parent) {
  const Interval data = intersection(gap, waited);
  const NameId other = name(phase::kOther);
  if (data.empty()) {
    if (!gap.empty()) add(other, SpanKind::phase, parent, gap);
    return;
  }
  if (gap.begin < data.begin) add(other, SpanKind::phase, parent, {gap.begin, data.begin});
  add(name(phase::kData), SpanKind::phase, parent, data);
  if (data.end < gap.end) add(other, SpanKind::phase, parent, {data.end, gap.end});
}

// Each lasts until the next begins, the last one until `end`; no mark lies behind a later one.
void DeviceTrack::emit_layers(Step& step, Pass pass, SpanIndex parent, Timestamp end) {
  std::vector<Timestamp> begins(step.layers.size());
  Timestamp next = end;
  for (std::size_t i = step.layers.size(); i-- > 0;) {
    if (step.layers[i].pass != pass) continue;
    const std::chrono::duration<double, std::milli> since{
        anchor_.front().elapsedTime(step.layers[i].event)};
    next = std::min(next, anchor_host_ + std::chrono::round<Nanoseconds>(since));
    begins[i] = next;
  }
  std::optional<std::size_t> open;
  const auto close = [&](Timestamp until) {
    if (open) {
      const NameId name = layer_names_[step.layers[*open].node];
      add(name, SpanKind::layer, parent, {begins[*open], until}, pass);
    }
  };
  for (std::size_t i = 0; i < step.layers.size(); ++i) {
    if (step.layers[i].pass != pass) continue;
    close(begins[i]);
    open = i;
  }
  close(end);
}

SpanIndex DeviceTrack::add(NameId name, SpanKind kind, SpanIndex parent, Interval interval,
                           Pass pass) {
  Span span;
  span.name = name;
  span.kind = kind;
  span.pass = pass;
  span.clock = SpanClock::device;
  span.device = span_device_;
  span.parent = parent;
  span.interval = interval;
  return log_.add(span);
}

void DeviceTrack::recycle(Step& step) {
  for (auto& mark : step.phases) spare_.push_back(std::move(mark.event));
  for (auto& mark : step.layers) spare_.push_back(std::move(mark.event));
  step.phases.clear();
  step.layers.clear();
}

}  // namespace erg
