// SPDX-License-Identifier: Apache-2.0
#include "columns.h"
#include "sample_chunk.h"

namespace erg::store {
namespace {

constexpr std::uint64_t kOpen = 0;  // in the column of lengths; others are one more than folded

std::uint64_t ns(Timestamp time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
Timestamp time_of(std::uint64_t ns) {
  return Timestamp{Nanoseconds{static_cast<std::int64_t>(ns)}};
}

template <class Get>
void write_column(BodyWriter& writer, std::span<const Span> spans, Get get) {
  std::vector<std::uint64_t> column;
  column.reserve(spans.size());
  for (const auto& span : spans) column.push_back(get(span));
  writer.planes(column);
}

template <class Set>
void read_column(BodyReader& reader, std::vector<Span>& spans, Set set) {
  std::vector<std::uint64_t> column(spans.size());
  reader.planes(column);
  for (std::size_t i = 0; i < spans.size(); ++i) set(spans[i], column[i]);
}

}  // namespace

Bytes encode_spans(std::span<const Span> spans, SpanIndex first) {
  BodyWriter writer;
  writer.varint(spans.size());
  write_column(writer, spans, [](const Span& span) { return span.name; });
  write_column(writer, spans, [](const Span& span) { return std::uint64_t(span.kind); });
  write_column(writer, spans, [](const Span& span) { return std::uint64_t(span.pass); });
  write_column(writer, spans, [](const Span& span) { return std::uint64_t(span.clock); });
  write_column(writer, spans, [](const Span& span) {
    return span.device == kNoDevice ? 0 : std::uint64_t{span.device} + 1;
  });
  SpanIndex row = first;
  write_column(writer, spans, [&](const Span& span) {  // how far back the parent is; 0: none
    const SpanIndex own = row++;
    return span.parent == kNoSpan ? 0 : std::uint64_t{own - span.parent};
  });
  std::uint64_t before = 0;
  write_column(writer, spans, [&](const Span& span) {
    const std::uint64_t begin = ns(span.interval.begin);
    return zigzag(begin - std::exchange(before, begin));
  });
  write_column(writer, spans, [](const Span& span) {
    if (span.interval.end == kStillOpen) return kOpen;
    return zigzag(ns(span.interval.end) - ns(span.interval.begin)) + 1;
  });
  return writer.finish();
}

std::vector<Span> decode_spans(std::span<const std::uint8_t> chunk, SpanIndex first) {
  BodyReader reader{chunk};
  std::vector<Span> spans(reader.count());
  read_column(reader, spans, [](Span& span, std::uint64_t value) { span.name = NameId(value); });
  read_column(reader, spans, [](Span& span, std::uint64_t value) { span.kind = SpanKind(value); });
  read_column(reader, spans, [](Span& span, std::uint64_t value) { span.pass = Pass(value); });
  read_column(reader, spans,
              [](Span& span, std::uint64_t value) { span.clock = SpanClock(value); });
  read_column(reader, spans, [](Span& span, std::uint64_t value) {
    span.device = value == 0 ? kNoDevice : static_cast<std::uint16_t>(value - 1);
  });
  SpanIndex row = first;
  read_column(reader, spans, [&](Span& span, std::uint64_t value) {
    const SpanIndex own = row++;
    span.parent = value == 0 ? kNoSpan : own - static_cast<SpanIndex>(value);
  });
  std::uint64_t begin = 0;
  read_column(reader, spans, [&](Span& span, std::uint64_t value) {
    begin += unzigzag(value);
    span.interval.begin = time_of(begin);
  });
  read_column(reader, spans, [](Span& span, std::uint64_t value) {
    if (value != kOpen) span.interval.end = time_of(ns(span.interval.begin) + unzigzag(value - 1));
  });
  return spans;
}

}  // namespace erg::store
