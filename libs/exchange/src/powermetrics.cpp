// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "erg/format_error.h"
#include "importers.h"
#include "powermetrics_log.h"
#include "run_setup.h"

namespace erg::exchange {
namespace {

constexpr std::array<std::string_view, 3> kParts{"cpu-0", "gpu-0", "ane-0"};
constexpr double kResolution = 1e-8;  // J: a milliwatt for a hundredth of a millisecond
constexpr Nanoseconds kLostTime = std::chrono::seconds{3};  // stamps are whole seconds

// milliwatts times milliseconds, both in billionths, as counts of kResolution
std::int64_t energy_counts(Nano power_mw, Nano elapsed_ms) {
  const double energy_j = number_of(power_mw) * number_of(elapsed_ms) * 1e-6;
  return static_cast<std::int64_t>(energy_j / kResolution + 0.5);
}

Nanoseconds length_of(const PowerSample& sample) {
  return Nanoseconds{sample.elapsed_ms / 1000};  // billionths of milliseconds are picoseconds
}

// Those of its devices that Combined Power sums up, where all of them tell a power.
std::optional<Nano> sum_of_parts(const PowerSample& sample, bool& complete) {
  Nano sum = 0;
  bool any = false;
  complete = true;
  for (const auto part : kParts) {
    const std::string id{part};
    const auto power = sample.power_mw.find(id);
    const bool known = power != sample.power_mw.end();
    any = any || known || sample.named.contains(id);
    complete = complete && (known || !sample.named.contains(id));
    sum += known ? power->second : 0;
  }
  return any ? std::optional{sum} : std::nullopt;
}

// By more than 2 % and 10 mW: each is rounded to a milliwatt.
bool disagree(Nano sum_mw, Nano combined_mw) {
  const double apart = std::abs(number_of(sum_mw) - number_of(combined_mw));
  return apart > 10 && apart > 0.02 * number_of(combined_mw);
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
    const std::uint64_t missing_before = missing;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      const auto power = power_of(sample, devices_[i]);
      if (!power) {
        writer_.append_gap(i, {{began, now_}, GapReason::unreadable});
        ++missing;
        continue;
      }
      counts_[i] += energy_counts(*power, sample.elapsed_ms);
    }
    check(sample, missing > missing_before);
    put();
  }

  Timestamp now() const { return now_; }

  std::uint64_t missing = 0;
  std::uint64_t lost = 0;
  std::uint64_t stepped_back = 0;
  std::uint64_t disagrees = 0;
  Joules lacking{0};  // that Combined Power tells beyond the devices with a power

 private:
  static std::optional<Nano> power_of(const PowerSample& sample, const std::string& device) {
    if (device == kCombined.device) return sample.combined_mw;
    const auto power = sample.power_mw.find(device);
    return power == sample.power_mw.end() ? std::nullopt : std::optional{power->second};
  }

  void check(const PowerSample& sample, bool any_missing) {
    bool complete = false;
    const auto sum = sum_of_parts(sample, complete);
    if (!sum || !sample.combined_mw) return;
    if (complete && !any_missing) {
      disagrees += disagree(*sum, *sample.combined_mw) ? 1 : 0;
    } else if (*sample.combined_mw > *sum) {
      const Watts power{number_of(*sample.combined_mw - *sum) * 1e-3};
      lacking += power * Seconds{length_of(sample)};
    }
  }

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

// The devices of a log, as its first sample names them.
void add_devices(const PowermetricsLog& log, const PowerSample& sample, PartHeader& part) {
  auto named = sample.named;
  if (named.empty()) named.emplace(kCombined.device);
  for (const std::string& id : named) {
    const auto source = std::ranges::find(kSources, std::string_view{id}, &Source::device);
    const auto kind = source == kSources.end() ? kCombined.kind : source->kind;
    const std::string name = fmt::format("{} {}", log.machine, id.substr(0, id.find('-')));
    part.devices.push_back({id, kind, name, "", {}, {}});
    part.channels.push_back(energy_channel(id, kResolution, Provenance::modelled,
                                           "powermetrics: power times elapsed time"));
  }
}

void tell(const PowermetricsLog& log, const Counters& counters, const Import& import,
          RunWriter& writer) {
  const std::string path = import.item.path.string();
  ImportReport& report = import.report;
  report.warn("samples_incomplete", path, log.incomplete,
              "samples cut before their combined power, or without a length; skipped");
  report.warn("power_missing", path, counters.missing,
              "powers that a sample lacks; its time is a gap");
  report.warn("power_absurd", path, log.absurd,
              "powers that are no number, below zero or above 10 kW; skipped");
  report.warn("power_disagrees", path, counters.disagrees,
              "samples whose Combined Power is not the sum of CPU, GPU and ANE");
  report.warn("time_lost", path, counters.lost,
              "stretches of time between samples that none covers; kept as gaps");
  report.warn("time_backwards", path, counters.stepped_back,
              "stamps earlier than the samples before them add up to");
  if (counters.lacking.value() <= 0) return;
  const std::string note = fmt::format(
      "powers are missing: by Combined Power the devices drew {:.3f} J more than is told of them",
      counters.lacking.value());
  writer.append_note(note);
  report.warn("energy_lacking", path, counters.missing, note);
}

}  // namespace

ImportedRun import_powermetrics(const Import& import) {
  const std::string path = import.item.path.string();
  const auto source = path == "-" ? standard_input() : open_bytes(import.item.path);
  PowermetricsLog log{*source};
  auto sample = log.next();
  if (!sample || (sample->named.empty() && !sample->combined_mw)) {
    throw FormatError{path +
                      ": no whole sample of powermetrics with a power; it must be run with "
                      "the samplers cpu_power and gpu_power"};
  }
  const UtcTime start = sample->stamp ? *sample->stamp - length_of(*sample) : UtcTime{};
  RunSetup setup = run_setup(import, import.item.path.filename().string(), start);
  setup.run.environment.os = "macOS " + log.os;
  add_devices(log, *sample, setup.part);
  std::vector<std::string> devices;
  for (const Device& device : setup.part.devices) devices.push_back(device.id);
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
  tell(log, counters, import, *writer);
  writer->append_spans(run_span({Timestamp{}, counters.now()}), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
