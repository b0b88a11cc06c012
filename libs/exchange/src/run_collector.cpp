// SPDX-License-Identifier: Apache-2.0
#include "erg/run_collector.h"

#include <cassert>

namespace erg {

RunCollector::RunCollector(const RunHeader& run, const PartHeader& header, Run& into) : run_{into} {
  run_ = Run{};
  run_.header = run;
  run_.status = RunStatus::running;
  run_.parts.emplace_back().header = header;
  for (const Channel& channel : header.channels) part().timelines.emplace_back(channel);
}

void RunCollector::append_samples(std::size_t channel, std::span<const Sample> samples) {
  for (const Sample& sample : samples) {
    if (!part().timelines.at(channel).append(sample)) ++refused_;
  }
}

void RunCollector::append_gap(std::size_t channel, const Gap& gap) {
  part().timelines.at(channel).append(gap);
}

void RunCollector::append_spans(const SpanTable& spans, SpanIndex first) {
  assert(part().spans.size() == first);
  SpanTable& into = part().spans;
  for (SpanIndex row = first; row < spans.size(); ++row) {
    Span span = spans[row];
    span.name = into.intern(spans.name(span.name));
    into.append(span);
  }
}

void RunCollector::close_spans(const SpanTable& spans, std::span<const SpanIndex> rows) {
  for (const SpanIndex row : rows) part().spans.close(row, spans.interval(row).end);
}

void RunCollector::append_block(const Block& block) { part().blocks.push_back(block); }
void RunCollector::append_epoch(const EpochResult& result) { run_.epochs.push_back(result); }
void RunCollector::append_note(std::string_view note) { part().notes.emplace_back(note); }
void RunCollector::update_environment(const Environment& environment) {
  run_.header.environment = environment;
}

void RunCollector::finish(RunStatus status, std::optional<int> exit_status,
                          const SamplerCost& cost) {
  run_.status = status;
  run_.exit_status = exit_status;
  part().cost = cost;
  part().cost.unreadable += refused_;
}

}  // namespace erg
