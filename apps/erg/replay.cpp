// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include <algorithm>
#include <stdexcept>

#include "erg/replay_sensor.h"

namespace erg {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};

bool has_readings(const Part& part) {
  return std::ranges::any_of(part.timelines, [](const Timeline& line) {
    return line.channel().kind != ChannelKind::gauge && !line.empty();
  });
}

}  // namespace

Replay::Replay(Run run) : run_{std::move(run)} {
  const auto first = std::ranges::find_if(run_.parts, has_readings);
  if (first == run_.parts.end()) {
    throw std::runtime_error{"run '" + run_.header.name + "' holds no readings to replay"};
  }
  for (const auto& part : run_.parts) {
    if (&part != &*first && part.header.clock != first->header.clock) continue;
    parts_.push_back(&part);
    for (const auto& line : part.timelines) {
      if (line.empty()) continue;
      begin_ = std::min(begin_, line.times().front());
      end_ = std::max(end_, line.times().back());
    }
    for (SpanIndex i = 0; i < part.spans.size(); ++i) {
      begin_ = std::min(begin_, part.spans.begins()[i]);
      if (!part.spans.open(i)) end_ = std::max(end_, part.spans.ends()[i]);
    }
  }
}

SensorSet Replay::sensors_from(std::optional<Timestamp> begin) const {
  SensorSet set;
  std::vector<Timeline> lines;
  Timestamp first = Timestamp::max();
  for (const Part* part : parts_) {
    for (const auto& device : part->header.devices) {
      if (std::ranges::find(set.devices, device.id, &Device::id) == set.devices.end()) {
        set.devices.push_back(device);
      }
    }
    for (const auto& line : part->timelines) {
      if (!line.empty()) first = std::min(first, line.times().front());
      lines.push_back(line);
    }
  }
  if (begin) begin = *begin + (first - begin_);
  set.sensors.push_back(std::make_unique<ReplaySensor>(std::move(lines), 1, kPeriod, begin));
  set.notes.push_back("readings of run " + run_.header.id.text() + " (" + run_.header.name +
                      "), replayed");
  return set;
}

SensorSet Replay::sensors() const { return sensors_from(std::nullopt); }
SensorSet Replay::sensors_from_zero() const { return sensors_from(Timestamp{}); }

Environment Replay::environment() const { return run_.header.environment; }

void Replay::add_spans(Session& session, const Part& part) const {
  const auto devices = session.devices();
  const auto place = [&](std::uint16_t device) {
    if (device >= part.header.devices.size()) return kNoDevice;
    const auto found = std::ranges::find(devices, part.header.devices[device].id, &Device::id);
    return found == devices.end() ? kNoDevice : static_cast<std::uint16_t>(found - devices.begin());
  };
  SpanLog& log = session.spans();
  std::vector<SpanIndex> indexes;
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    Span span = part.spans[i];
    span.name = log.intern(part.spans.name(span.name));
    span.device = place(span.device);
    span.parent = span.parent < indexes.size() ? indexes[span.parent] : kNoSpan;
    const Timestamp end = part.spans.open(i) ? end_ : span.interval.end;
    span.interval = {Timestamp{span.interval.begin - begin_}, Timestamp{end - begin_}};
    indexes.push_back(log.add(span));
  }
}

void Replay::add_to(Session& session) const {
  for (const Part* part : parts_) {
    add_spans(session, *part);
    for (Block block : part->blocks) {
      block.interval = {Timestamp{block.interval.begin - begin_},
                        Timestamp{block.interval.end - begin_}};
      session.writer().append_block(block);
    }
  }
  for (const auto& epoch : run_.epochs) session.writer().append_epoch(epoch);
}

}  // namespace erg
