// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "codecarbon_file.h"
#include "importers.h"
#include "run_setup.h"
#include "smi_log.h"
#include "thesis_path.h"

namespace erg::exchange {
namespace {

// A log without times: what each row stands for.
Seconds row_period(const Import& import, const SmiLog& log) {
  if (import.options.period) return *import.options.period;
  const double rows = static_cast<double>(log.rows) / static_cast<double>(log.devices.size());
  const std::string path = import.item.path.string();
  const auto beside = import.item.path.parent_path() / "emissions.csv";
  if (std::filesystem::exists(beside) && codecarbon_rows(beside) > 0) {
    const Seconds all = read_emissions(beside, 0).duration;
    import.report.warn("rows_without_time", path, log.rows,
                       fmt::format("rows spread evenly over the {:.1f} s of the first run in the "
                                   "emissions.csv beside them",
                                   all.count()));
    return all / rows;
  }
  import.report.warn("rows_without_time", path, log.rows,
                     "taken to be a second apart; say otherwise by the period");
  return Seconds{1};
}

// Without times nothing can be interpolated: each row is an energy of its power times its period.
void write_untimed(const Import& import, const SmiLog& log, Seconds period, RunWriter& writer) {
  std::size_t power = 0;
  while (log.columns[power].channel.kind != ChannelKind::windowed_power) ++power;
  const auto cards = static_cast<std::int64_t>(log.devices.size());
  std::vector<std::vector<Sample>> counters(log.devices.size(), {{Timestamp{}, 0}});
  stream_smi(
      log, UtcTime{},
      {[&](std::size_t device, std::size_t column, std::span<const Sample> samples) {
         if (column != power) return;
         auto& counter = counters[device];
         for (const Sample& sample : samples) {
           // Their times are the numbers of their rows, of all cards in turn.
           const auto row = (sample.time.time_since_epoch().count() + cards - 1) / cards;
           const Timestamp begin = timestamp(static_cast<double>(row - 1) * period);
           if (begin > counter.back().time) {
             writer.append_gap(device, {{counter.back().time, begin}, GapReason::unreadable});
             counter.push_back({begin, counter.back().count});
           }
           const double energy_mj = static_cast<double>(sample.count) * period.count();
           counter.push_back({timestamp(static_cast<double>(row) * period),
                              counter.back().count + std::llround(energy_mj * 1e3)});
         }
       },
       {}},
      import.report);
  for (std::size_t i = 0; i < counters.size(); ++i) {
    writer.append_samples(i, counters[i]);
  }
}

}  // namespace

ImportedRun import_nvidia_smi(const Import& import) {
  const SmiLog log = scan_smi(import.item.path, import.report);
  const UtcTime local = log.first.value_or(UtcTime{});
  const UtcTime start = log.first ? local - import.options.utc_offset : UtcTime{};
  RunSetup setup = run_setup(
      import, fmt::format("{} {} rows", import.item.path.filename().string(), log.rows), start);
  setup.part.devices = log.devices;
  for (Device& device : setup.part.devices) {
    if (device.name.empty()) device.name = import.options.device;
    if (device.name.empty()) device.name = thesis_place(import.item.path.parent_path()).device;
    if (!log.first) {
      setup.part.channels.push_back(energy_channel(device.id, 1e-6, Provenance::measured,
                                                   "nvidia-smi log, each row for its period"));
      continue;
    }
    for (const SmiColumn& column : log.columns) {
      setup.part.channels.push_back(column.channel);
      setup.part.channels.back().device = device.id;
    }
  }
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  Timestamp end;
  if (log.first) {
    stream_smi(log, local,
               {[&](std::size_t device, std::size_t column, std::span<const Sample> samples) {
                  writer->append_samples(device * log.columns.size() + column, samples);
                },
                [&](std::size_t device, std::size_t column, const Gap& gap) {
                  writer->append_gap(device * log.columns.size() + column, gap);
                }},
               import.report);
    end = Timestamp{*log.last - *log.first};
  } else {
    const Seconds period = row_period(import, log);
    write_untimed(import, log, period, *writer);
    end = timestamp(period *
                    (static_cast<double>(log.rows) / static_cast<double>(log.devices.size())));
  }
  writer->append_spans(run_span({Timestamp{}, end}), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
