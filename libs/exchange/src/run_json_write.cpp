// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "erg/json_writer.h"
#include "erg/run_json.h"

namespace erg {
namespace {

constexpr std::size_t kRowsPerLine = 8192;

std::int64_t nanoseconds(Timestamp time) { return time.time_since_epoch().count(); }
std::int64_t nanoseconds(UtcTime time) { return time.time_since_epoch().count(); }

// One line: {"what": content}
template <class Content>
void line(std::ostream& out, std::string_view what, Content content) {
  JsonWriter json;
  json.begin_object().key(what);
  content(json);
  json.end_object();
  out << json.text() << '\n';
}

void texts(JsonWriter& json, std::string_view key, const std::map<std::string, std::string>& map) {
  json.key(key).begin_object();
  for (const auto& [name, text] : map) json.member(name, text);
  json.end_object();
}

template <class Value, class Member>
void column(JsonWriter& json, std::string_view key, std::size_t first, std::size_t last,
            Member member) {
  json.key(key).begin_array();
  for (std::size_t i = first; i < last; ++i) json.value(Value(member(i)));
  json.end_array();
}

void write_environment(JsonWriter& json, const Environment& environment) {
  const Workload& work = environment.workload;
  json.key("environment").begin_object().key("command").begin_array();
  for (const auto& word : environment.command) json.value(word);
  json.end_array();
  texts(json, "versions", environment.versions);
  texts(json, "tags", environment.tags);
  json.member("os", environment.os).member("cpu", environment.cpu);
  json.member("cpu_threads", environment.cpu_threads);
  json.member("memory_bytes", environment.memory_bytes);
  json.key("workload").begin_object();
  json.member("network", work.network).member("data", work.data).member("input", work.input);
  json.member("batch", work.batch).member("epochs", work.epochs);
  json.member("steps_per_epoch", work.steps_per_epoch).member("precision", work.precision);
  json.member("instrumentation", work.instrumentation);
  json.member("seed", std::to_string(work.seed));  // 64 bits, which JSON's readers seldom have
  json.end_object().end_object();
}

void write_device(JsonWriter& json, const Device& device) {
  const auto watts = [](const std::optional<Watts>& power) {
    return power ? std::optional{power->value()} : std::nullopt;
  };
  json.begin_object().member("id", device.id).member("kind", to_string(device.kind));
  json.member("name", device.name).member("driver", device.driver);
  json.member("power_limit_w", watts(device.power_limit));
  json.member("power_limit_max_w", watts(device.power_limit_max)).end_object();
}

void write_channel(JsonWriter& json, const Channel& channel) {
  json.begin_object().member("name", channel.name).member("device", channel.device);
  json.member("kind", to_string(channel.kind)).member("unit", to_string(channel.unit));
  json.member("resolution", channel.resolution).member("refresh_s", channel.refresh.count());
  json.member("window_s", channel.window.count()).member("delay_s", channel.delay.count());
  json.member("gain_u", channel.gain_u).member("noise_u", channel.noise_u);
  json.member("provenance", to_string(channel.provenance)).member("method", channel.method);
  json.end_object();
}

void write_part(JsonWriter& json, const Part& part) {
  const PartHeader& header = part.header;
  json.begin_object().member("rank", header.rank).member("host", header.host);
  json.member("process", header.process).member("clock", header.clock);
  json.member("monotonic_zero_ns", header.monotonic_zero.count());
  json.member("start_ns", nanoseconds(header.start));
  json.key("devices").begin_array();
  for (const Device& device : header.devices) write_device(json, device);
  json.end_array().key("channels").begin_array();
  for (const Channel& channel : header.channels) write_channel(json, channel);
  json.end_array().key("cost").begin_object();
  json.member("reads", part.cost.reads).member("missed", part.cost.missed);
  json.member("unreadable", part.cost.unreadable);
  json.member("reading_s", part.cost.reading.count()).end_object().end_object();
}

void write_timeline(std::ostream& out, std::size_t channel, const Timeline& timeline) {
  for (std::size_t first = 0; first < timeline.size(); first += kRowsPerLine) {
    const std::size_t last = std::min(first + kRowsPerLine, timeline.size());
    line(out, "samples", [&](JsonWriter& json) {
      json.begin_object().member("channel", channel);
      column<std::int64_t>(json, "times_ns", first, last,
                           [&](std::size_t i) { return nanoseconds(timeline.times()[i]); });
      column<std::int64_t>(json, "counts", first, last,
                           [&](std::size_t i) { return timeline.counts()[i]; });
      json.end_object();
    });
  }
  for (const Gap& gap : timeline.gaps()) {
    line(out, "gap", [&](JsonWriter& json) {
      json.begin_object().member("channel", channel);
      json.member("begin_ns", nanoseconds(gap.interval.begin));
      json.member("end_ns", nanoseconds(gap.interval.end));
      json.member("reason", to_string(gap.reason)).end_object();
    });
  }
}

void write_spans(std::ostream& out, const SpanTable& spans) {
  const auto row = [&](std::size_t i) { return spans[static_cast<SpanIndex>(i)]; };
  for (std::size_t first = 0; first < spans.size(); first += kRowsPerLine) {
    const std::size_t last = std::min(first + kRowsPerLine, spans.size());
    line(out, "spans", [&](JsonWriter& json) {
      using Text = std::string_view;
      json.begin_object();
      column<Text>(json, "name", first, last, [&](auto i) { return spans.name(row(i).name); });
      column<Text>(json, "kind", first, last, [&](auto i) { return to_string(row(i).kind); });
      column<Text>(json, "pass", first, last, [&](auto i) { return to_string(row(i).pass); });
      column<Text>(json, "clock", first, last, [&](auto i) { return to_string(row(i).clock); });
      column<std::int64_t>(json, "device", first, last, [&](auto i) {
        return row(i).device == kNoDevice ? -1 : std::int64_t{row(i).device};
      });
      column<std::int64_t>(json, "parent", first, last, [&](auto i) {
        return row(i).parent == kNoSpan ? -1 : std::int64_t{row(i).parent};
      });
      column<std::int64_t>(json, "begin_ns", first, last,
                           [&](auto i) { return nanoseconds(row(i).interval.begin); });
      column<std::int64_t>(json, "end_ns", first, last,
                           [&](auto i) { return nanoseconds(row(i).interval.end); });
      json.end_object();
    });
  }
}

void write_block(JsonWriter& json, const Block& block) {
  json.begin_object().member("design", block.design).member("repetitions", block.repetitions);
  json.member("begin_ns", nanoseconds(block.interval.begin));
  json.member("end_ns", nanoseconds(block.interval.end)).member("steps", block.steps);
  json.member("device_time_s", block.device_time.count());
  json.member("host_time_s", block.host_time.count());
  json.member("temperature_c", block.temperature_c).member("device", block.device).end_object();
}

template <class Value>
void write_estimate(JsonWriter& json, std::string_view key, const Estimate<Value>& estimate) {
  json.key(key).begin_object().member("value", in_si(estimate.value));
  json.member("independent_u", in_si(estimate.independent_u));
  json.member("common_u", estimate.common_u);
  json.member("provenance", to_string(estimate.provenance)).end_object();
}

void write_breakdown_row(JsonWriter& json, const BreakdownRow& row) {
  json.begin_object().member("name", row.name).member("kind", row.kind);
  json.member("pass", to_string(row.pass)).member("device", row.device);
  json.member("count", row.count).member("method", row.method);
  if (row.time) write_estimate(json, "time_s", *row.time);
  if (row.energy) write_estimate(json, "energy_j", *row.energy);
  json.end_object();
}

void write_breakdown(JsonWriter& json, const Breakdown& breakdown) {
  json.begin_object().member("by", to_string(breakdown.by)).member("method", breakdown.method);
  json.member("device", breakdown.device).key("rows").begin_array();
  for (const BreakdownRow& row : breakdown.rows) write_breakdown_row(json, row);
  json.end_array().key("unattributed");
  write_breakdown_row(json, breakdown.unattributed);
  json.key("total");
  write_breakdown_row(json, breakdown.total);
  json.member("closure", breakdown.closure).key("covariance_j2").begin_array();
  for (const double value : breakdown.covariance_j2) json.value(value);
  json.end_array().key("notes").begin_array();
  for (const auto& note : breakdown.notes) json.value(note);
  json.end_array().end_object();
}

void write_epoch(JsonWriter& json, const EpochResult& epoch) {
  json.begin_object().member("epoch", epoch.epoch).member("train_loss", epoch.train_loss);
  json.member("train_accuracy", epoch.train_accuracy).member("test_loss", epoch.test_loss);
  json.member("test_accuracy", epoch.test_accuracy).end_object();
}

}  // namespace

void write_run_json(const Run& run, std::ostream& out) {
  line(out, "run", [&](JsonWriter& json) {
    json.begin_object().member("format", 1).member("id", run.header.id.text());
    json.member("name", run.header.name).member("start_ns", nanoseconds(run.header.start));
    write_environment(json, run.header.environment);
    json.end_object();
  });
  for (const Part& part : run.parts) {
    line(out, "part", [&](JsonWriter& json) { write_part(json, part); });
    for (std::size_t i = 0; i < part.timelines.size(); ++i) {
      write_timeline(out, i, part.timelines[i]);
    }
    write_spans(out, part.spans);
    for (const Block& block : part.blocks) {
      line(out, "block", [&](JsonWriter& json) { write_block(json, block); });
    }
    for (const auto& note : part.notes) {
      line(out, "note", [&](JsonWriter& json) { json.value(note); });
    }
  }
  for (const EpochResult& epoch : run.epochs) {
    line(out, "epoch", [&](JsonWriter& json) { write_epoch(json, epoch); });
  }
  for (const Breakdown& breakdown : run.breakdowns) {
    line(out, "breakdown", [&](JsonWriter& json) { write_breakdown(json, breakdown); });
  }
  line(out, "end", [&](JsonWriter& json) {
    json.begin_object().member("status", to_string(run.status));
    json.member("exit_status", run.exit_status).end_object();
  });
}

}  // namespace erg
