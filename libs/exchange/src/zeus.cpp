// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "erg/cap_trace_file.h"
#include "erg/format_error.h"
#include "importers.h"
#include "run_setup.h"

namespace erg::exchange {

// A row is an epoch under a cap, of which the trace tells time and mean power.
ImportedRun import_zeus(const Import& import) {
  ImportReport told_by_discover;
  const auto rows = read_cap_trace_rows(import.item.path, told_by_discover);
  if (import.item.index >= rows.size()) {
    throw FormatError{
        fmt::format("{}: has no row {}", import.item.path.string(), import.item.index + 1)};
  }
  const CapTraceRow& row = rows[import.item.index];
  constexpr double kResolution = 1e-6;  // J
  const char* const device = "gpu-0";
  const std::string key = fmt::format("{} {} cap {} time {}", row.device, row.workload(),
                                      row.cap.value(), row.time.count());
  RunSetup setup = run_setup(import, key, UtcTime{});
  setup.part.devices = {{device, DeviceKind::gpu, row.device, "", row.cap, {}}};
  setup.part.channels = {
      energy_channel(device, kResolution, Provenance::imported, "Zeus: mean power times time")};
  Workload& workload = setup.run.environment.workload;
  workload.network = row.network;
  workload.data = row.data;
  workload.batch = row.batch;
  workload.epochs = 1;
  setup.run.environment.tags["optimizer"] = row.optimizer;
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  const Timestamp end = timestamp(row.time);
  const std::array<Sample, 2> samples{
      {{Timestamp{}, 0}, {end, std::llround(row.energy().value() / kResolution)}}};
  writer->append_samples(0, samples);
  SpanTable spans = run_span({Timestamp{}, end});
  Span epoch;
  epoch.name = spans.intern("epoch 1");
  epoch.kind = SpanKind::epoch;
  epoch.parent = 0;
  epoch.interval = {Timestamp{}, end};
  spans.append(epoch);
  writer->append_spans(spans, 0);
  writer->append_note("the trace does not say when this epoch was");
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
