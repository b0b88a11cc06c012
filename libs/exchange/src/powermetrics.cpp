// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>

#include "erg/decimal.h"
#include "erg/format_error.h"
#include "erg/line_reader.h"
#include "importers.h"
#include "run_setup.h"
#include "time_text.h"

namespace erg::exchange {
namespace {

// A line of a sample that names a power.
struct Source {
  std::string_view line;  // what stands before the number
  std::string_view device;
  DeviceKind kind;
};
constexpr std::array<Source, 5> kSources{{
    {"CPU Power: ", "cpu-0", DeviceKind::cpu},
    {"GPU Power: ", "gpu-0", DeviceKind::gpu},
    {"ANE Power: ", "ane-0", DeviceKind::gpu},  // an accelerator beside the others, in no other
    {"DRAM Power: ", "memory-0", DeviceKind::memory},
    {"Intel energy model derived package power (CPUs+GT+SA): ", "cpu-0", DeviceKind::cpu},
}};

constexpr Nano kOne = 1'000'000'000;
constexpr double kResolution = 1e-8;  // J: a milliwatt for a hundredth of a millisecond
constexpr Nanoseconds kLostTime = std::chrono::seconds{3};  // stamps are whole seconds

// One sample: mean powers over the time that had elapsed.
struct PowerSample {
  std::optional<UtcTime> stamp;
  Nano elapsed_ms = 0;                   // in billionths
  std::map<std::string, Nano> power_mw;  // by device, in billionths; the first line counts
};

// Reads samples off a log, which may be a pipe that is still written to.
class PowermetricsLog {
 public:
  explicit PowermetricsLog(ByteSource& source) : reader_{source} {}

  // The next whole sample. The last of a log is whole only if its combined power was written.
  std::optional<PowerSample> next() {
    while (reader_.next()) {
      const std::string_view line = reader_.line();
      if (line.starts_with("*** Sampled system activity (")) {
        auto finished = std::exchange(current_, begin(line));
        const bool whole = std::exchange(combined_, false);
        if (finished && whole) return finished;
        incomplete += finished ? 1 : 0;
      } else if (line.starts_with("Machine model: ")) {
        machine = line.substr(15);
      } else if (line.starts_with("OS version: ")) {
        os = line.substr(12);
      } else if (current_) {
        read_power(line);
      }
    }
    auto finished = std::exchange(current_, std::nullopt);
    if (finished && combined_) return finished;
    incomplete += finished ? 1 : 0;
    return std::nullopt;
  }

  std::string machine;
  std::string os;
  std::uint64_t incomplete = 0;
  std::uint64_t absurd = 0;  // powers that are no number, or none that can be

 private:
  // "*** Sampled system activity (Sun Oct 22 14:38:08 2023 +0200) (1005.78ms elapsed) ***"
  std::optional<PowerSample> begin(std::string_view line) {
    const auto stamp = line.find('(') + 1;
    const auto stamp_end = line.find(')', stamp);
    const auto elapsed = line.find('(', stamp_end);
    const auto elapsed_end = line.find("ms elapsed", elapsed);
    if (stamp_end == std::string_view::npos || elapsed == std::string_view::npos ||
        elapsed_end == std::string_view::npos) {
      ++incomplete;
      return std::nullopt;
    }
    PowerSample sample;
    sample.stamp = parse_date_text(line.substr(stamp, stamp_end - stamp));
    const auto length = parse_nano(line.substr(elapsed + 1, elapsed_end - elapsed - 1));
    constexpr Nano kDay = Nano{86'400'000} * 10;  // far below the limit of a Nano
    if (!length || *length <= 0 || *length / kOne > kDay) {
      ++incomplete;
      return std::nullopt;
    }
    sample.elapsed_ms = *length;
    return sample;
  }

  void read_power(std::string_view line) {
    if (line.starts_with("Combined Power") || line.starts_with("Package Power") ||
        line.starts_with("Intel energy model")) {
      combined_ = true;
    }
    for (const Source& source : kSources) {
      if (!line.starts_with(source.line)) continue;
      line.remove_prefix(source.line.size());
      if (current_->power_mw.contains(std::string{source.device})) return;
      if (const auto power_mw = power(line)) {
        current_->power_mw.emplace(source.device, *power_mw);
      } else {
        ++absurd;
      }
      return;
    }
  }

  // "849 mW" or "12.5W" in milliwatts. No computer that runs powermetrics draws ten kilowatts.
  static std::optional<Nano> power(std::string_view text) {
    const bool milli = text.ends_with("mW");
    if (!milli && !text.ends_with('W')) return std::nullopt;
    text.remove_suffix(milli ? 2 : 1);
    const auto number = parse_nano(text);
    constexpr Nano kMost = 10'000'000;  // in milliwatts
    if (!number || *number < 0 || *number / kOne > kMost / (milli ? 1 : 1000)) return std::nullopt;
    return milli ? *number : *number * 1000;
  }

  LineReader reader_;
  std::optional<PowerSample> current_;
  bool combined_ = false;
};

// milliwatts times milliseconds, both in billionths, as counts of kResolution
std::int64_t energy_counts(Nano power_mw, Nano elapsed_ms) {
  const double energy_j = number_of(power_mw) * number_of(elapsed_ms) * 1e-6;
  return static_cast<std::int64_t>(energy_j / kResolution + 0.5);
}

Nanoseconds length_of(const PowerSample& sample) {
  return Nanoseconds{sample.elapsed_ms / 1000};  // billionths of milliseconds are picoseconds
}

// Adds samples to counters, one a device.
class Counters {
 public:
  Counters(RunWriter& writer, std::vector<std::string> devices, UtcTime start)
      : writer_{writer}, devices_{std::move(devices)}, counts_(devices_.size()), start_{start} {
    put();
  }

  void add(const PowerSample& sample) {
    const Nanoseconds length = length_of(sample);
    if (sample.stamp) bridge(*sample.stamp - start_ - length);
    const Timestamp began = now_;
    now_ += length;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      const auto power = sample.power_mw.find(devices_[i]);
      if (power == sample.power_mw.end()) {
        writer_.append_gap(i, {{began, now_}, GapReason::unreadable});
        ++missing;
        continue;
      }
      counts_[i] += energy_counts(power->second, sample.elapsed_ms);
    }
    put();
  }

  Timestamp now() const { return now_; }

  std::uint64_t missing = 0;
  std::uint64_t lost = 0;
  std::uint64_t stepped_back = 0;

 private:
  // Time between two samples that no sample covers.
  void bridge(Nanoseconds began) {
    const Timestamp begin{began};
    if (begin < now_ - kLostTime) ++stepped_back;
    if (begin <= now_ + kLostTime) return;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      writer_.append_gap(i, {{now_, begin}, GapReason::unreadable});
    }
    ++lost;
    now_ = begin;
    put();
  }

  void put() {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      const Sample sample{now_, counts_[i]};
      writer_.append_samples(i, {&sample, 1});
    }
  }

  RunWriter& writer_;
  std::vector<std::string> devices_;
  std::vector<std::int64_t> counts_;
  UtcTime start_;
  Timestamp now_;
};

}  // namespace

ImportedRun import_powermetrics(const Import& import) {
  const std::string path = import.item.path.string();
  const auto source = path == "-" ? standard_input() : open_bytes(import.item.path);
  PowermetricsLog log{*source};
  auto sample = log.next();
  if (!sample || sample->power_mw.empty()) {
    throw FormatError{path +
                      ": no whole sample of powermetrics with a power; it must be run with "
                      "the samplers cpu_power and gpu_power"};
  }
  const UtcTime start = sample->stamp ? *sample->stamp - length_of(*sample) : UtcTime{};
  RunSetup setup = run_setup(import, import.item.path.filename().string(), start);
  setup.run.environment.os = "macOS " + log.os;
  std::vector<std::string> devices;
  for (const auto& [id, power] : sample->power_mw) {
    const auto kind = std::ranges::find(kSources, std::string_view{id}, &Source::device)->kind;
    const std::string name = fmt::format("{} {}", log.machine, id.substr(0, id.find('-')));
    setup.part.devices.push_back({id, kind, name, "", {}, {}});
    setup.part.channels.push_back(energy_channel(id, kResolution, Provenance::modelled,
                                                 "powermetrics: power times elapsed time"));
    devices.push_back(id);
  }
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  Counters counters{*writer, devices, start};
  for (; sample; sample = log.next()) {
    counters.add(*sample);
    if (path == "-") writer->heartbeat();
  }
  import.report.warn("samples_incomplete", path, log.incomplete,
                     "samples cut before their combined power, or without a length; skipped");
  import.report.warn("power_missing", path, counters.missing,
                     "powers that a sample lacks; its time is a gap");
  import.report.warn("power_absurd", path, log.absurd,
                     "powers that are no number, below zero or above 10 kW; skipped");
  import.report.warn("time_lost", path, counters.lost,
                     "stretches of time between samples that none covers; kept as gaps");
  import.report.warn("time_backwards", path, counters.stepped_back,
                     "stamps earlier than the samples before them add up to");
  writer->append_spans(run_span({Timestamp{}, counters.now()}), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
