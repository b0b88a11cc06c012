// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "erg/line_reader.h"
#include "importers.h"
#include "run_setup.h"
#include "smi_log.h"

namespace erg::exchange {
namespace {

constexpr const char* kMeter = "meter-0";
constexpr std::size_t kRecord = 18;  // nine little-endian 16-bit words
constexpr double kTicksPerMs = 2933.5;
constexpr double kVoltPerCount = 0.007568;
constexpr double kAmperePerCount = 0.0488;
constexpr std::int64_t kStartBias = 50'000;  // microseconds between the stamp and the first record

// The folder's own stamps of UNIX time, in microseconds, one a line.
std::vector<std::int64_t> read_stamps(const std::filesystem::path& path, std::uint64_t& bad) {
  std::vector<std::int64_t> stamps;
  const auto source = open_bytes(path);
  LineReader lines{*source};
  while (lines.next()) {
    std::string_view line = lines.line();
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (line.empty() || line == "timestamp") continue;
    std::int64_t stamp = 0;
    const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), stamp);
    constexpr std::int64_t kYear2200 = 7'258'118'400'000'000;
    const bool good =
        status == std::errc{} && end == line.data() + line.size() && stamp > 0 && stamp < kYear2200;
    if (good) stamps.push_back(stamp);
    bad += good ? 0 : 1;
  }
  return stamps;
}

UtcTime utc(std::int64_t unix_us) { return UtcTime{std::chrono::microseconds{unix_us}}; }

// Signed 12-bit numbers lie in the upper bits of a word; a negative one is noise around nothing.
std::int64_t upper_bits(const unsigned char* word) {
  std::uint16_t bits;
  std::memcpy(&bits, word, sizeof bits);
  return std::max(0, static_cast<std::int16_t>(bits) >> 4);
}

// The records of a meter that samples at about 4.8 kHz.
class MeterRecords {
 public:
  explicit MeterRecords(const std::filesystem::path& path)
      : source_{open_bytes(path)}, bytes_(kRecord * 4096) {}

  // Readings since the first record; false at the end.
  bool next(std::vector<Sample>& samples) {
    samples.clear();
    std::size_t got = 1;
    while (held_ < kRecord && got > 0) {
      got = source_->read(std::span{bytes_}.subspan(held_));
      held_ += got;
    }
    std::size_t at = 0;
    for (; at + kRecord <= held_; at += kRecord) {
      samples.push_back(read(reinterpret_cast<const unsigned char*>(bytes_.data()) + at));
    }
    std::memmove(bytes_.data(), bytes_.data() + at, held_ - at);
    held_ -= at;
    return !samples.empty();
  }

  // Bytes at the end that are no whole record.
  std::size_t left_over() const { return held_; }

 private:
  Sample read(const unsigned char* record) {
    std::uint16_t counter;
    std::memcpy(&counter, record, sizeof counter);
    if (!first_) ticks_ += static_cast<std::uint16_t>(counter - last_);
    first_ = false;
    last_ = counter;
    std::int64_t product = 0;
    for (std::size_t pair = 0; pair < 4; ++pair) {
      const unsigned char* words = record + 2 + 4 * pair;
      product += upper_bits(words) * upper_bits(words + 2);
    }
    return {timestamp(Seconds{static_cast<double>(ticks_) / (1000 * kTicksPerMs)}), product};
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<char> bytes_;
  std::size_t held_ = 0;
  std::uint64_t ticks_ = 0;
  std::uint16_t last_ = 0;
  bool first_ = true;
};

Channel meter_channel() {
  Channel channel = power_channel("power_meter", kMeter, kVoltPerCount * kAmperePerCount,
                                  "meter in the card's supply lines");
  channel.gain_u = 0.01;
  return channel;
}

// The log's local time is some quarters of an hour off UTC: the meter's stamp tells how many.
Nanoseconds local_offset(UtcTime local, UtcTime utc_near) {
  constexpr std::chrono::minutes kQuarter{15};
  const auto quarters =
      std::chrono::round<std::chrono::duration<std::int64_t, std::ratio<900>>>(local - utc_near);
  return quarters.count() * Nanoseconds{kQuarter};
}

// When the load changed, in order. Stamps of another day are none of this recording's.
std::vector<Timestamp> load_changes(const Import& import, UtcTime start, std::uint64_t& bad) {
  const auto path = import.item.path / "timestamps.csv";
  if (!std::filesystem::exists(path)) {
    import.report.warn("file_missing", path.string(), 1, "when the load changed is not known");
    return {};
  }
  std::vector<Timestamp> changes;
  std::uint64_t backwards = 0;
  for (const std::int64_t stamp : read_stamps(path, bad)) {
    const Timestamp time{utc(stamp) - start};
    const bool of_this_day = abs(time.time_since_epoch()) < std::chrono::hours{24};
    const bool in_order = changes.empty() || time >= changes.back();
    if (of_this_day && in_order) changes.push_back(time);
    bad += of_this_day ? 0 : 1;
    backwards += of_this_day && !in_order ? 1 : 0;
  }
  import.report.warn("time_backwards", path.string(), backwards,
                     "stamps earlier than the one before them; skipped");
  import.report.warn("file_short", path.string(), changes.empty(), "tells no change of the load");
  return changes;
}

// Between two changes of the load, one half of the square wave and then the other.
SpanTable load_spans(const std::vector<Timestamp>& changes, Interval all) {
  SpanTable spans = run_span(all);
  const std::array<NameId, 2> names{spans.intern("load a"), spans.intern("load b")};
  std::size_t half = 0;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    if (changes[i] <= changes[i - 1]) continue;
    Span span;
    span.name = names[half++ % 2];
    span.kind = SpanKind::range;
    span.parent = 0;
    span.interval = {changes[i - 1], changes[i]};
    spans.append(span);
  }
  return spans;
}

// One of the two series, by its file.
struct Series {
  std::filesystem::path path;
  Interval covered;
};

// Whether a series ends before what it is to be compared over: all changes of the load, and most of
// what the other covers.
void warn_of_short(const Import& import, const Series& one, const Series& other,
                   const std::vector<Timestamp>& changes) {
  const Interval common = intersection(one.covered, other.covered);
  const Seconds own = one.covered.length(), others = other.covered.length();
  const bool misses_changes =
      !changes.empty() && (changes.front() < one.covered.begin || changes.back() > one.covered.end);
  constexpr double kMost = 0.75;
  if (!common.empty() && !misses_changes && Seconds{common.length()} >= kMost * others) return;
  import.report.warn("file_short", one.path.string(), 1,
                     fmt::format("{:.2f} s, of which {:.2f} s in common with the {:.2f} s of {}",
                                 own.count(), Seconds{common.length()}.count(), others.count(),
                                 other.path.filename().string()));
}

}  // namespace

ImportedRun import_meter_trace(const Import& import) {
  const auto& folder = import.item.path;
  std::uint64_t bad_stamps = 0;
  const auto starts = read_stamps(folder / "PMD_start_ts.txt", bad_stamps);
  if (starts.empty()) {
    import.report.warn("stamps_malformed", (folder / "PMD_start_ts.txt").string(),
                       std::max<std::uint64_t>(bad_stamps, 1), "no stamp of the first record");
    throw FormatError{(folder / "PMD_start_ts.txt").string() +
                      ": no stamp of the first record, in microseconds since 1970"};
  }
  const UtcTime meter_start = utc(starts.front() - kStartBias);
  const SmiLog log = scan_smi(folder / "gpudata.csv", import.report);
  if (!log.first || log.devices.size() != 1) {
    throw FormatError{(folder / "gpudata.csv").string() + ": not of one card with time stamps"};
  }
  const Nanoseconds offset = local_offset(*log.first, meter_start);
  const UtcTime start = std::min(meter_start, *log.first - offset);
  RunSetup setup = run_setup(import, folder.filename().string(), start);
  Device card = log.devices.front();
  if (card.name.empty()) card.name = import.options.device;
  setup.part.devices = {card, {kMeter, DeviceKind::board, "meter", "", {}, {}}};
  for (const SmiColumn& column : log.columns) {
    setup.part.channels.push_back(column.channel);
    setup.part.channels.back().device = card.id;
  }
  setup.part.channels.push_back(meter_channel());
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  stream_smi(
      log, start + offset,
      {[&](std::size_t, std::size_t column, std::span<const Sample> samples) {
         writer->append_samples(column, samples);
       },
       [&](std::size_t, std::size_t column, const Gap& gap) { writer->append_gap(column, gap); }},
      import.report);
  MeterRecords records{folder / "PMD_data.bin"};
  std::vector<Sample> samples;
  const Series smi{folder / "gpudata.csv",
                   {Timestamp{*log.first - offset - start}, Timestamp{*log.last - offset - start}}};
  Series meter{folder / "PMD_data.bin",
               {Timestamp{meter_start - start}, Timestamp{meter_start - start}}};
  while (records.next(samples)) {
    for (Sample& sample : samples) sample.time += meter_start - start;
    meter.covered.end = samples.back().time;
    writer->append_samples(log.columns.size(), samples);
  }
  import.report.warn("records_cut", meter.path.string(), records.left_over() > 0,
                     "the file ends within a record");
  const auto changes = load_changes(import, start, bad_stamps);
  import.report.warn("stamps_malformed", folder.string(), bad_stamps,
                     "lines that are no stamp of this recording");
  warn_of_short(import, meter, smi, changes);
  warn_of_short(import, smi, meter, changes);
  const Interval all{Timestamp{}, std::max(smi.covered.end, meter.covered.end)};
  writer->append_spans(load_spans(changes, all), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
