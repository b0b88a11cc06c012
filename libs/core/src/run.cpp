// SPDX-License-Identifier: Apache-2.0
#include "erg/run.h"

#include <algorithm>

namespace erg {
namespace {

void widen(std::optional<Interval>& extent, Interval more) {
  extent = extent ? Interval{std::min(extent->begin, more.begin), std::max(extent->end, more.end)}
                  : more;
}

}  // namespace

std::optional<Interval> extent(const Part& part) {
  const auto& spans = part.spans;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (spans.kinds()[i] == SpanKind::run && !spans.open(i)) return spans.interval(i);
  }
  std::optional<Interval> all;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    const Interval span = spans.interval(i);
    widen(all, {span.begin, spans.open(i) ? span.begin : span.end});
  }
  for (const auto& timeline : part.timelines) {
    if (const auto covered = timeline.covered()) widen(all, *covered);
  }
  for (const auto& block : part.blocks) widen(all, block.interval);
  return all;
}

}  // namespace erg
