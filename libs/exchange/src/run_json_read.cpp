// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "erg/byte_source.h"
#include "erg/line_reader.h"
#include "erg/run_json.h"
#include "json_members.h"

namespace erg {
namespace {

using exchange::Members;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Workload read_workload(const Members& members) {
  Workload work;
  work.network = members.text("network");
  work.data = members.text("data");
  work.input = members.text("input");
  work.batch = members.integer("batch");
  work.epochs = members.integer("epochs");
  work.steps_per_epoch = members.integer("steps_per_epoch");
  work.precision = members.text("precision");
  work.instrumentation = members.text("instrumentation");
  const std::string seed = members.text("seed");
  const auto [end, status] = std::from_chars(seed.data(), seed.data() + seed.size(), work.seed);
  if (status != std::errc{} || end != seed.data() + seed.size()) {
    Members::fail("seed", "is no number");
  }
  return work;
}

RunHeader read_header(const Members& members) {
  if (members.integer("format") != 1) Members::fail("format", "is later than this program");
  RunHeader header;
  const auto id = Uuid::parse(members.text("id"));
  if (!id) Members::fail("id", "is no UUID");
  header.id = *id;
  header.name = members.text("name");
  header.start = members.utc("start_ns");
  const Members environment{members["environment"]};
  header.environment.command = environment.texts("command");
  header.environment.versions = environment.text_map("versions");
  header.environment.tags = environment.text_map("tags");
  header.environment.os = environment.text("os");
  header.environment.cpu = environment.text("cpu");
  header.environment.cpu_threads = environment.integer("cpu_threads");
  header.environment.memory_bytes = environment.integer("memory_bytes");
  header.environment.workload = read_workload(Members{environment["workload"]});
  return header;
}

Device read_device(const Members& members) {
  const auto watts = [&](std::string_view key) {
    const auto number = members.maybe_number(key);
    return number ? std::optional{Watts{*number}} : std::nullopt;
  };
  return {members.text("id"),     members.word("kind", DeviceKind::board),
          members.text("name"),   members.text("driver"),
          watts("power_limit_w"), watts("power_limit_max_w")};
}

Channel read_channel(const Members& members) {
  Channel channel;
  channel.name = members.text("name");
  channel.device = members.text("device");
  channel.kind = members.word("kind", ChannelKind::gauge);
  channel.unit = members.word("unit", Unit::byte);
  channel.resolution = members.number("resolution");
  channel.refresh = Seconds{members.number("refresh_s")};
  channel.window = Seconds{members.number("window_s")};
  channel.delay = Seconds{members.number("delay_s")};
  channel.gain_u = members.number("gain_u");
  channel.noise_u = members.number("noise_u");
  channel.provenance = members.word("provenance", Provenance::assumed);
  channel.method = members.text("method");
  return channel;
}

Part read_part(const Members& members) {
  Part part;
  part.header.rank = members.integer_within<std::int32_t>("rank", 0, 1 << 30);
  part.header.host = members.text("host");
  part.header.process = members.integer("process");
  part.header.clock = members.text("clock");
  part.header.monotonic_zero = Nanoseconds{members.integer("monotonic_zero_ns")};
  part.header.start = members.utc("start_ns");
  for (const Json& device : members.array("devices")) {
    part.header.devices.push_back(read_device(Members{device}));
  }
  for (const Json& channel : members.array("channels")) {
    part.header.channels.push_back(read_channel(Members{channel}));
    part.timelines.emplace_back(part.header.channels.back());
  }
  const Members cost{members["cost"]};
  part.cost.reads = cost.integer_within<std::uint64_t>("reads", 0, kMost);
  part.cost.missed = cost.integer_within<std::uint64_t>("missed", 0, kMost);
  part.cost.unreadable = cost.integer_within<std::uint64_t>("unreadable", 0, kMost);
  part.cost.reading = Seconds{cost.number("reading_s")};
  return part;
}

Timeline& timeline_of(Part& part, const Members& members) {
  const auto most = static_cast<std::int64_t>(part.timelines.size()) - 1;
  return part.timelines[members.integer_within<std::size_t>("channel", 0, most)];
}

void read_samples(Part& part, const Members& members) {
  Timeline& timeline = timeline_of(part, members);
  const auto times = members.integers("times_ns"), counts = members.integers("counts");
  if (times.size() != counts.size()) Members::fail("counts", "are not as many as the times");
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!timeline.append({Timestamp{Nanoseconds{times[i]}}, counts[i]})) {
      Members::fail("times_ns", "go backwards, or a counter does");
    }
  }
}

void read_gap(Part& part, const Members& members) {
  timeline_of(part, members)
      .append(Gap{{members.time("begin_ns"), members.time("end_ns")},
                  members.word("reason", GapReason::device_lost)});
}

void read_spans(SpanTable& spans, const Members& members) {
  const auto names = members.texts("name");
  const auto kinds = members.texts("kind");
  const auto passes = members.texts("pass");
  const auto clocks = members.texts("clock");
  const auto devices = members.integers("device");
  const auto parents = members.integers("parent");
  const auto begins = members.integers("begin_ns");
  const auto ends = members.integers("end_ns");
  for (const std::size_t size : {kinds.size(), passes.size(), clocks.size(), devices.size(),
                                 parents.size(), begins.size(), ends.size()}) {
    if (size != names.size()) Members::fail("spans", "have columns of different lengths");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto before = static_cast<std::int64_t>(spans.size());
    if (parents[i] < -1 || parents[i] >= before) Members::fail("parent", "is no span before it");
    if (devices[i] < -1 || devices[i] >= kNoDevice) Members::fail("device", "is none");
    Span span;
    span.name = spans.intern(names[i]);
    span.kind = Members::from_word(kinds[i], SpanKind::block, "kind");
    span.pass = Members::from_word(passes[i], Pass::backward, "pass");
    span.clock = Members::from_word(clocks[i], SpanClock::device, "clock");
    span.device = devices[i] < 0 ? kNoDevice : static_cast<std::uint16_t>(devices[i]);
    span.parent = parents[i] < 0 ? kNoSpan : static_cast<SpanIndex>(parents[i]);
    span.interval = {Timestamp{Nanoseconds{begins[i]}}, Timestamp{Nanoseconds{ends[i]}}};
    spans.append(span);
  }
}

Block read_block(const Members& members) {
  Block block;
  block.design = members.text("design");
  block.repetitions = members.integer_within<std::int32_t>("repetitions", 0, 1 << 30);
  block.interval = {members.time("begin_ns"), members.time("end_ns")};
  block.steps = members.integer("steps");
  block.device_time = Seconds{members.number("device_time_s")};
  block.host_time = Seconds{members.number("host_time_s")};
  block.temperature_c = members.maybe_number("temperature_c");
  block.device = members.text("device");
  return block;
}

template <class Value>
std::optional<Estimate<Value>> read_estimate(const Members& row, std::string_view key) {
  if (!row.has(key)) return std::nullopt;
  const Members members{row[key]};
  return Estimate<Value>{Value{members.number("value")}, Value{members.number("independent_u")},
                         members.number("common_u"),
                         members.word("provenance", Provenance::assumed)};
}

BreakdownRow read_row(const Members& members) {
  BreakdownRow row;
  row.name = members.text("name");
  row.kind = members.text("kind");
  row.pass = members.word("pass", Pass::backward);
  row.device = members.text("device");
  row.count = members.integer_within<std::uint64_t>("count", 0, kMost);
  row.method = members.text("method");
  row.time = read_estimate<Seconds>(members, "time_s");
  row.energy = read_estimate<Joules>(members, "energy_j");
  return row;
}

Breakdown read_breakdown(const Members& members) {
  Breakdown breakdown;
  breakdown.by = members.word("by", Grouping::range);
  breakdown.method = members.text("method");
  breakdown.device = members.text("device");
  for (const Json& row : members.array("rows")) breakdown.rows.push_back(read_row(Members{row}));
  breakdown.unattributed = read_row(Members{members["unattributed"]});
  breakdown.total = read_row(Members{members["total"]});
  breakdown.closure = members.maybe_number("closure");
  for (const Json& value : members.array("covariance_j2")) {
    if (!value.number()) Members::fail("covariance_j2", "holds something else than numbers");
    breakdown.covariance_j2.push_back(*value.number());
  }
  breakdown.notes = members.texts("notes");
  return breakdown;
}

EpochResult read_epoch(const Members& members) {
  return {members.integer_within<std::int32_t>("epoch", 0, 1 << 30),
          members.maybe_number("train_loss"), members.maybe_number("train_accuracy"),
          members.maybe_number("test_loss"), members.maybe_number("test_accuracy")};
}

Part& last_part(Run& run) {
  if (run.parts.empty()) throw FormatError{"it stands before any part"};
  return run.parts.back();
}

// Adds a line to the run; true when it was the last.
bool add_line(Run& run, const std::string& what, const Json& content) {
  if (what == "note") {
    if (!content.text()) throw FormatError{"a note is no text"};
    last_part(run).notes.push_back(*content.text());
    return false;
  }
  const Members members{content};
  if (what == "part") {
    run.parts.push_back(read_part(members));
  } else if (what == "samples") {
    read_samples(last_part(run), members);
  } else if (what == "gap") {
    read_gap(last_part(run), members);
  } else if (what == "spans") {
    read_spans(last_part(run).spans, members);
  } else if (what == "block") {
    last_part(run).blocks.push_back(read_block(members));
  } else if (what == "epoch") {
    run.epochs.push_back(read_epoch(members));
  } else if (what == "breakdown") {
    run.breakdowns.push_back(read_breakdown(members));
  } else if (what == "end") {
    run.status = members.word("status", RunStatus::interrupted);
    if (!members["exit_status"].is_null()) {
      run.exit_status = members.integer_within<int>("exit_status", -(1 << 30), 1 << 30);
    }
    return true;
  } else {
    throw FormatError{fmt::format("a line of \"{}\" is not known here", what)};
  }
  return false;
}

}  // namespace

struct RunJsonReader::State {
  explicit State(ByteSource& from) : source{from}, lines{from, std::size_t{64} << 20} {}

  // An object with one key, which says what it is; empty at the end.
  std::optional<Json> next_line() {
    do {
      if (!lines.next()) return std::nullopt;
    } while (lines.line().empty());
    Json json = Json::parse(lines.line(), where());
    const bool one = json.object() && json.object()->size() == 1;
    if (!one) throw FormatError{where() + ": not an object with one key"};
    return json;
  }
  std::string where() const { return fmt::format("{}, line {}", source.name(), lines.number()); }

  ByteSource& source;
  LineReader lines;
};

RunJsonReader::RunJsonReader(ByteSource& source) : state_{std::make_unique<State>(source)} {}
RunJsonReader::~RunJsonReader() = default;

std::optional<Run> RunJsonReader::next() {
  auto json = state_->next_line();
  if (!json) return std::nullopt;
  Run run;
  try {
    if (json->object()->front().first != "run") throw FormatError{"a run must begin with \"run\""};
    run.header = read_header(Members{json->object()->front().second});
    for (bool ended = false; !ended;) {
      json = state_->next_line();
      if (!json) throw FormatError{"the run has no end: the file is cut"};
      const auto& [what, content] = json->object()->front();
      ended = add_line(run, what, content);
    }
  } catch (const FormatError& error) {
    const std::string_view reason = error.what();
    if (reason.starts_with(state_->source.name())) throw;
    throw FormatError{fmt::format("{}: {}", state_->where(), reason)};
  }
  return run;
}

}  // namespace erg
