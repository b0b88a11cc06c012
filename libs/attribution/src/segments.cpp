// SPDX-License-Identifier: Apache-2.0
#include "segments.h"

#include <algorithm>
#include <cmath>

namespace erg::attribution {
namespace {

bool matches(const SpanFilter& filter, const SpanTable& spans, SpanIndex i) {
  return spans.kinds()[i] == filter.kind && spans.clocks()[i] == filter.clock &&
         (filter.clock == SpanClock::host || spans.devices()[i] == filter.device);
}

// Finds classes without comparing names: most spans repeat a name and pass seen before.
class ClassCache {
 public:
  ClassCache(const SpanTable& spans, ClassTable& classes)
      : spans_{spans}, classes_{classes}, known_(spans.names().size() * 3, kNoClass) {}

  ClassId of(SpanIndex i) {
    const NameId name = spans_.name_ids()[i];
    const Pass pass = spans_.passes()[i];
    ClassId& known = known_[name * 3 + static_cast<std::size_t>(pass)];
    if (classes_.by() == Grouping::epoch) {
      return classes_.of(spans_.name(name), pass, seen_[name]++);
    }
    if (known == kNoClass) known = classes_.of(spans_.name(name), pass, 0);
    return known;
  }

 private:
  const SpanTable& spans_;
  ClassTable& classes_;
  std::vector<ClassId> known_;
  std::map<NameId, std::size_t> seen_;
};

// Turns spans in order of their begin into disjoint segments.
class Cutter {
 public:
  explicit Cutter(Lane& lane) : lane_{lane} {}

  void add(Segment span) {
    while (!open_.empty() && open_.back().end <= span.begin) finish();
    while (!open_.empty() && span.end > open_.back().end) {
      lane_.overlap += open_.back().end - std::max(span.begin, cursor_);
      finish();
    }
    span.begin = std::max(span.begin, cursor_);
    if (span.end <= span.begin) return;
    if (!open_.empty()) emit(open_.back().span_class, span.begin);
    cursor_ = span.begin;
    open_.push_back(span);
  }

  void finish_all() {
    while (!open_.empty()) finish();
  }

 private:
  void emit(ClassId span_class, Timestamp end) {
    if (end > cursor_) lane_.segments.push_back({cursor_, end, span_class});
    cursor_ = std::max(cursor_, end);
  }
  void finish() {
    emit(open_.back().span_class, open_.back().end);
    open_.pop_back();
  }

  Lane& lane_;
  std::vector<Segment> open_;  // innermost last
  Timestamp cursor_ = Timestamp::min();
};

std::vector<Segment> collect(const SpanFilter& filter, const Host& host, ClassTable& classes,
                             std::vector<std::uint64_t>& counts) {
  const SpanTable& spans = filter.part->spans;
  ClassCache cache{spans, classes};
  std::vector<Segment> found;
  found.reserve(spans.size());
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (!matches(filter, spans, i)) continue;
    const Timestamp end = spans.open(i) ? host.open_end : spans.ends()[i];
    const Interval inside = intersection({spans.begins()[i], end}, host.extent);
    const ClassId span_class = cache.of(i);
    if (counts.size() <= span_class) counts.resize(span_class + 1);
    if (inside.empty() && end > spans.begins()[i]) continue;  // outside the run
    ++counts[span_class];
    found.push_back({inside.begin, inside.end, span_class});
  }
  const auto order = [](const Segment& a, const Segment& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  };
  if (!std::ranges::is_sorted(found, order)) std::ranges::stable_sort(found, order);
  return found;
}

// The phases of one pass, and which of them hold timed layers.
struct PassTime {
  double all_s = 0;
  double timed_s = 0;
  std::size_t phases = 0;
  std::size_t timed = 0;
};

PassTime pass_time(const std::vector<Segment>& phases, ClassId pass_class,
                   const std::vector<Segment>& layers) {
  PassTime time;
  std::size_t next = 0;
  for (const Segment& phase : phases) {
    if (phase.span_class != pass_class) continue;
    const double length = Seconds{phase.end - phase.begin}.count();
    time.all_s += length;
    ++time.phases;
    while (next < layers.size() && layers[next].end <= phase.begin) ++next;
    if (next == layers.size() || layers[next].begin >= phase.end) continue;
    time.timed_s += length;
    ++time.timed;
  }
  return time;
}

}  // namespace

bool any(const SpanFilter& filter) {
  const SpanTable& spans = filter.part->spans;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (matches(filter, spans, i)) return true;
  }
  return false;
}

Lane cut(const SpanFilter& filter, const Host& host, ClassTable& classes) {
  Lane lane;
  const auto spans = collect(filter, host, classes, lane.counts);
  lane.segments.reserve(spans.size());
  Cutter cutter{lane};
  for (const Segment& span : spans) cutter.add(span);
  cutter.finish_all();
  return lane;
}

bool scale_sampled_layers(const SpanFilter& layers, const Host& host, const ClassTable& classes,
                          Lane& lane) {
  SpanFilter filter = layers;
  filter.kind = SpanKind::phase;
  const AttributionOptions by_phase;
  ClassTable phases{by_phase};
  const ClassId forward = phases.named(std::string{phase::kForward}, Pass::none);
  const ClassId backward = phases.named(std::string{phase::kBackward}, Pass::none);
  const Lane beside = cut(filter, host, phases);
  const PassTime times[] = {{},
                            pass_time(beside.segments, forward, lane.segments),
                            pass_time(beside.segments, backward, lane.segments)};
  lane.scale.assign(classes.size(), 1);
  lane.scale_u.assign(classes.size(), 0);
  bool scaled = false;
  for (ClassId id = 0; id < classes.size(); ++id) {
    const PassTime& time = times[static_cast<std::size_t>(classes[id].pass)];
    if (time.timed == 0 || time.timed == time.phases) continue;
    lane.scale[id] = time.all_s / time.timed_s;
    lane.scale_u[id] = std::sqrt((1.0 - 1.0 / lane.scale[id]) / static_cast<double>(time.timed));
    scaled = true;
  }
  return scaled;
}

}  // namespace erg::attribution
