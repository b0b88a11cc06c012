// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "importers.h"
#include "power_file.h"
#include "run_setup.h"

namespace erg::exchange {
namespace {

constexpr const char* kDevice = "gpu-0";

// The columns of blocks.csv; the temperature may be missing.
constexpr std::array<std::string_view, 7> kColumns{"design", "repetitions", "begin_s",      "end_s",
                                                   "steps",  "device_s",    "temperature_c"};

std::vector<std::size_t> places_of(std::span<const std::string_view> header,
                                   const std::string& path) {
  std::vector<std::size_t> places;
  for (const auto name : kColumns) {
    const auto place = find_column(header, name);
    if (!place && name != "temperature_c") {
      throw FormatError{fmt::format("{}: the column {} is missing", path, name)};
    }
    places.push_back(place.value_or(header.size()));
  }
  return places;
}

// Empty for a row that describes no block.
std::optional<Block> block_of(std::span<const std::string_view> fields,
                              const std::vector<std::size_t>& places) {
  std::array<std::optional<double>, kColumns.size()> numbers;
  for (std::size_t i = 1; i < kColumns.size(); ++i) {
    if (places[i] < fields.size()) numbers[i] = parse_number(fields[places[i]]);
  }
  if (places[0] >= fields.size() || fields[places[0]].empty()) return std::nullopt;
  for (std::size_t i = 1; i < 6; ++i) {
    if (!numbers[i] || !(std::abs(*numbers[i]) < 1e9)) return std::nullopt;
  }
  Block block;
  block.design = fields[places[0]];
  block.repetitions = static_cast<std::int32_t>(*numbers[1]);
  block.interval = {timestamp(Seconds{*numbers[2]}), timestamp(Seconds{*numbers[3]})};
  block.steps = static_cast<std::int64_t>(*numbers[4]);
  block.device_time = Seconds{*numbers[5]};
  if (numbers[6] && std::isfinite(*numbers[6])) block.temperature_c = numbers[6];
  block.device = kDevice;
  const bool sound = !block.interval.empty() && block.steps > 0 && block.repetitions >= 0 &&
                     block.device_time > Seconds{0};
  return sound ? std::optional{block} : std::nullopt;
}

std::vector<Block> read_blocks(const std::filesystem::path& path, ImportReport& report) {
  const auto source = open_bytes(path);
  CsvReader reader{*source};
  if (!reader.next()) throw FormatError{path.string() + ": empty"};
  const auto places = places_of(reader.fields(), path.string());
  std::vector<Block> blocks;
  std::uint64_t bad = 0;
  while (reader.next()) {
    const auto block = reader.unterminated() ? std::nullopt : block_of(reader.fields(), places);
    if (block) blocks.push_back(*block);
    bad += block ? 0 : 1;
  }
  report.warn("rows_malformed", path.string(), bad,
              "rows that describe no block: negative, missing or backwards numbers; skipped");
  if (blocks.empty()) throw FormatError{path.string() + ": not one block"};
  return blocks;
}

// Blocks as spans, so that they are seen wherever spans are.
SpanTable block_spans(const std::vector<Block>& blocks) {
  Interval all = blocks.front().interval;
  for (const Block& block : blocks) {
    all.begin = std::min(all.begin, block.interval.begin);
    all.end = std::max(all.end, block.interval.end);
  }
  SpanTable spans = run_span(all);
  for (const Block& block : blocks) {
    Span span;
    span.name = spans.intern(block.design);
    span.kind = SpanKind::block;
    span.parent = 0;
    span.interval = block.interval;
    spans.append(span);
  }
  return spans;
}

// The card's ring: MEASUREMENT.md 1.
Channel ring_channel(double resolution_w) {
  Channel channel = power_channel("power_ring", kDevice, resolution_w, "NVML sample ring");
  channel.refresh = Seconds{0.02};
  channel.window = Seconds{0.02};
  channel.delay = Seconds{0.01};
  return channel;
}

}  // namespace

ImportedRun import_blocks(const Import& import) {
  const auto& folder = import.item.path;
  const auto blocks = read_blocks(folder / "blocks.csv", import.report);
  PowerTable table{folder / "samples.csv", "time_s", "power_w"};
  const PowerScan scan = scan_power(table, import.report);
  if (scan.sessions.empty()) throw FormatError{table.path.string() + ": not one reading"};
  const PowerSession& session = scan.sessions.front();
  import.report.warn("sessions_of_others", table.path.string(), scan.sessions.size() - 1,
                     "readings under a second header; left out");
  // The clock's zero is the first block's begin, or the first reading where that is earlier.
  const std::string key = fmt::format(
      "{} blocks {} {} {} readings {} {}", folder.filename().string(), blocks.size(),
      blocks.front().interval.end.time_since_epoch().count(),
      blocks.back().interval.end.time_since_epoch().count(), scan.rows, session.end.count());
  RunSetup setup = run_setup(import, key, UtcTime{});
  const std::string name = import.options.device.empty() ? "unknown GPU" : import.options.device;
  setup.part.devices = {{kDevice, DeviceKind::gpu, name, "", {}, {}}};
  setup.part.channels = {ring_channel(session.resolution_w)};
  setup.run.environment.workload.instrumentation = "none";
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  stream_power(table, session, Nanoseconds{0}, [&](std::size_t, std::span<const Sample> samples) {
    writer->append_samples(0, samples);
  });
  writer->append_spans(block_spans(blocks), 0);
  for (const Block& block : blocks) writer->append_block(block);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
