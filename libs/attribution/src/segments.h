// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "classes.h"
#include "hosts.h"

namespace erg::attribution {

// A stretch of time that belongs to one class alone.
struct Segment {
  Timestamp begin;
  Timestamp end;
  ClassId span_class = kNoClass;
};

// Which spans of a part: of one kind, on one clock; of one device where the clock is a device's.
struct SpanFilter {
  const Part* part = nullptr;
  SpanKind kind = SpanKind::phase;
  SpanClock clock = SpanClock::host;
  std::uint16_t device = kNoDevice;

  friend bool operator==(const SpanFilter&, const SpanFilter&) = default;
};

// One rank's use of a device: its time, cut so that nothing is counted twice.
struct Lane {
  std::vector<Segment> segments;      // in time order, disjoint
  std::vector<std::uint64_t> counts;  // spans, by class
  Nanoseconds overlap{0};             // time that two spans claimed and the earlier kept
  std::vector<double> scale;          // by class: all steps over those timed
  std::vector<double> scale_u;        // relative: what the steps not timed may differ
};

bool any(const SpanFilter& filter);

// Inside a span of the same kind, the inner one has the time; of two that overlap, the earlier.
// Spans are cut to the host's extent; one never closed ends at its open end.
Lane cut(const SpanFilter& filter, const Host& host, ClassTable& classes);

// Layers that were timed in some steps only stand for all: sets the lane's scale from the forward
// and backward phases beside them. Returns whether any class is scaled.
bool scale_sampled_layers(const SpanFilter& layers, const Host& host, const ClassTable& classes,
                          Lane& lane);

}  // namespace erg::attribution
