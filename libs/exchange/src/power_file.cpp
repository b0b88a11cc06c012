// SPDX-License-Identifier: Apache-2.0
#include "power_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "erg/csv_numbers.h"

namespace erg::exchange {
namespace {

constexpr Nano kThousandth = 1'000'000;
constexpr Nano kMillionth = 1'000;
constexpr Nano kMostOfACard = 10'000'000'000'000;
constexpr Nano kMegahertz = 1'000'000'000;

// Walks the good rows of a table: in order within their session, with a time and a power.
class Rows {
 public:
  explicit Rows(const PowerTable& table)
      : table_{table},
        source_{open_bytes(table.path)},
        numbers_{*source_, {table.time, table.power}, table.clocks} {}

  // The next chunk; false at the end.
  bool next() {
    const std::size_t before = chunk_.session;
    if (!numbers_.next(chunk_)) return false;
    if (chunk_.session != before) last_ = Nanoseconds::min();
    return true;
  }

  // The time of a row; empty for one that is no reading, which is counted.
  std::optional<Nanoseconds> time(std::size_t row) {
    const Nano written = chunk_.columns[0][row];
    const Nano power = chunk_.columns[1][row];
    if (written == kMissing || power == kMissing || cut(row)) {
      ++incomplete;
      return std::nullopt;
    }
    if (power < 0) {
      ++negative;
      return std::nullopt;
    }
    const Nanoseconds time = time_of(written);
    // A card of 10 kW, or before 1970, is a number in another unit or none at all.
    if (table_.python_times && (power > kMostOfACard || time < Nanoseconds{0})) {
      ++impossible;
      return std::nullopt;
    }
    if (time <= last_) {
      ++backwards;
      return std::nullopt;
    }
    last_ = time;
    return time;
  }

  const NumberChunk& chunk() const { return chunk_; }
  const NumberCounts& counts() const { return numbers_.counts(); }
  bool has_clock(std::size_t index) const {
    return std::ranges::any_of(chunk_.columns[2 + index], [](Nano n) { return n != kMissing; });
  }

  std::uint64_t incomplete = 0;
  std::uint64_t negative = 0;
  std::uint64_t impossible = 0;
  std::uint64_t backwards = 0;

 private:
  Nanoseconds time_of(Nano written) const {
    if (table_.python_times) return nanoseconds_of(number_of(written));
    if (table_.seconds_per_time == 1) return Nanoseconds{written};
    return nanoseconds_of(number_of(written) * table_.seconds_per_time);
  }

  // A last line without its newline may have lost digits.
  bool cut(std::size_t row) const { return chunk_.last_cut && row + 1 == chunk_.rows; }

  const PowerTable& table_;
  std::unique_ptr<ByteSource> source_;
  CsvNumbers numbers_;
  NumberChunk chunk_;
  Nanoseconds last_ = Nanoseconds::min();
};

void warn_of_rows(const Rows& rows, const std::string& path, ImportReport& report) {
  const NumberCounts& counts = rows.counts();
  report.warn("rows_malformed", path, counts.malformed,
              fmt::format("lines that are no rows of numbers, the first is line {}; skipped",
                          counts.first_malformed));
  report.warn("rows_incomplete", path, rows.incomplete,
              "rows without a time or a power, or cut at the end of the file; skipped");
  report.warn("power_negative", path, rows.negative, "rows with a power below zero; skipped");
  report.warn("rows_impossible", path, rows.impossible,
              "rows with a time before 1970 or a power above 10 kW; skipped");
  report.warn("time_backwards", path, rows.backwards,
              "rows not later than the one before them; skipped");
}

}  // namespace

PowerScan scan_power(const PowerTable& table, ImportReport& report) {
  Rows rows{table};
  PowerScan scan;
  while (rows.next()) {
    const NumberChunk& chunk = rows.chunk();
    bool finer_than_milli = false;
    bool finer_than_micro = false;
    PowerSession part{chunk.session};
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      const auto time = rows.time(row);
      if (!time) continue;
      if (part.rows++ == 0) part.begin = *time;
      part.end = *time;
      const Nano remainder = chunk.columns[1][row] % kThousandth;
      if (remainder == 0) continue;
      finer_than_milli = true;
      finer_than_micro = finer_than_micro || remainder % kMillionth != 0;
    }
    if (part.rows == 0) continue;
    part.resolution_w = finer_than_micro ? 1e-9 : finer_than_milli ? 1e-6 : 1e-3;
    for (std::size_t i = 0; i < table.clocks.size(); ++i) {
      part.has_clock.push_back(rows.has_clock(i));
    }
    scan.rows += part.rows;
    if (scan.sessions.empty() || scan.sessions.back().index != part.index) {
      scan.sessions.push_back(std::move(part));
      continue;
    }
    PowerSession& session = scan.sessions.back();
    session.end = part.end;
    session.rows += part.rows;
    session.resolution_w = std::min(session.resolution_w, part.resolution_w);
  }
  warn_of_rows(rows, table.path.string(), report);
  return scan;
}

std::vector<PowerSession> in_order(std::vector<PowerSession> sessions,
                                   const std::filesystem::path& path, ImportReport& report) {
  std::ranges::sort(sessions, {}, &PowerSession::begin);
  std::vector<PowerSession> kept;
  for (PowerSession& session : sessions) {
    if (!kept.empty() && session.begin <= kept.back().end) {
      report.warn("sessions_overlap", path.string(), 1,
                  "a session that begins before the one before it ends; left out");
      continue;
    }
    kept.push_back(std::move(session));
  }
  return kept;
}

namespace {

// Division by a number that the compiler knows is several times as fast.
std::int64_t counts_of(Nano power, double resolution_w) {
  if (resolution_w == 1e-3) return power / kThousandth;
  return resolution_w == 1e-6 ? power / kMillionth : power;
}

}  // namespace

void stream_power(const PowerTable& table, const PowerSession& session, Nanoseconds zero,
                  const TakeSamples& take) {
  Rows rows{table};
  std::vector<std::vector<Sample>> samples(1 + table.clocks.size());
  while (rows.next() && rows.chunk().session <= session.index) {
    const NumberChunk& chunk = rows.chunk();
    if (chunk.session < session.index) continue;
    for (auto& each : samples) each.clear();
    for (std::size_t row = 0; row < chunk.rows; ++row) {
      const auto time = rows.time(row);
      if (!time) continue;
      const Timestamp stamp{*time - zero};
      samples[0].push_back({stamp, counts_of(chunk.columns[1][row], session.resolution_w)});
      for (std::size_t i = 0; i < table.clocks.size(); ++i) {
        const Nano clock = chunk.columns[2 + i][row];
        if (clock != kMissing) samples[1 + i].push_back({stamp, clock / kMegahertz});
      }
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!samples[i].empty()) take(i, samples[i]);
    }
  }
}

}  // namespace erg::exchange
