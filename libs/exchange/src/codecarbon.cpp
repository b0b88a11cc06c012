// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "codecarbon_file.h"
#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "erg/json_writer.h"
#include "importers.h"
#include "run_setup.h"
#include "time_text.h"

namespace erg::exchange {
namespace {

constexpr double kResolution = 1e-6;  // J

double number(const EmissionsRow& row, const std::string& column, double otherwise) {
  const auto value = parse_number(row.text(column));
  return value && std::isfinite(*value) ? *value : otherwise;
}

std::vector<std::pair<Device, Joules>> devices_of(const EmissionsRow& row) {
  const auto device = [](std::string id, DeviceKind kind, std::string name) {
    return Device{std::move(id), kind, std::move(name), "", {}, {}};
  };
  std::vector<std::pair<Device, Joules>> devices;
  if (row.gpu > Joules{0} || number(row, "gpu_count", 0) > 0) {
    std::string name = row.text("gpu_model");
    if (const auto times = name.find(" x "); times != std::string::npos) name.erase(0, times + 3);
    devices.emplace_back(device("gpu-0", DeviceKind::gpu, name), row.gpu);
  }
  devices.emplace_back(device("cpu-0", DeviceKind::cpu, row.text("cpu_model")), row.cpu);
  devices.emplace_back(device("memory-0", DeviceKind::memory, "memory"), row.ram);
  return devices;
}

void describe(const EmissionsRow& row, RunHeader& run) {
  Environment& environment = run.environment;
  environment.os = row.text("os");
  environment.cpu = row.text("cpu_model");
  environment.cpu_threads = static_cast<std::int64_t>(number(row, "cpu_count", 0));
  constexpr double kGibibyte = 1024.0 * 1024 * 1024;
  environment.memory_bytes =
      static_cast<std::int64_t>(std::min(number(row, "ram_total_size", 0), 1e6) * kGibibyte);
  environment.versions["codecarbon"] = row.text("codecarbon_version");
  environment.versions["python"] = row.text("python_version");
  if (!row.text("project_name").empty()) {
    environment.tags["project_name"] = row.text("project_name");
  }
  // All of the row as it was, so that an export gives it back.
  JsonWriter whole;
  whole.begin_object();
  for (const auto& [column, cell] : row.cells) whole.member(column, cell);
  environment.tags["codecarbon"] = whole.end_object().take();
}

}  // namespace

std::string EmissionsRow::text(const std::string& column) const {
  const auto found = cells.find(column);
  return found == cells.end() ? std::string{} : found->second;
}

EmissionsRow read_emissions(const std::filesystem::path& path, std::size_t wanted) {
  const auto source = open_bytes(path);
  CsvReader reader{*source};
  if (!reader.next()) throw FormatError{path.string() + ": empty"};
  const std::vector<std::string> header(reader.fields().begin(), reader.fields().end());
  for (std::size_t i = 0; i <= wanted; ++i) {
    if (!reader.next())
      throw FormatError{fmt::format("{}: has no run {}", path.string(), wanted + 1)};
  }
  EmissionsRow row;
  for (std::size_t i = 0; i < std::min(header.size(), reader.fields().size()); ++i) {
    row.cells[header[i]] = reader.fields()[i];
  }
  row.end = parse_time_text(row.text("timestamp"));
  row.duration = Seconds{number(row, "duration", -1)};
  row.cpu = kilowatt_hours(number(row, "cpu_energy", 0));
  row.gpu = kilowatt_hours(number(row, "gpu_energy", 0));
  row.ram = kilowatt_hours(number(row, "ram_energy", 0));
  row.total = kilowatt_hours(number(row, "energy_consumed", -1));
  row.pue = number(row, "pue", 1);
  const bool sound = row.duration > Seconds{0} && row.duration < Seconds{1e9} &&
                     row.cpu >= Joules{0} && row.gpu >= Joules{0} && row.ram >= Joules{0} &&
                     row.total >= Joules{0} && row.total < Joules{1e15} && row.pue >= 1;
  if (!sound) {
    throw FormatError{
        fmt::format("{}, line {}: no run of CodeCarbon: its duration, energy or pue is "
                    "missing or negative",
                    path.string(), reader.line())};
  }
  return row;
}

std::size_t codecarbon_rows(const std::filesystem::path& path) {
  const auto source = open_bytes(path);
  CsvReader reader{*source};
  const bool header = reader.next() && find_column(reader.fields(), "energy_consumed") &&
                      find_column(reader.fields(), "duration");
  if (!header) {
    throw FormatError{path.string() +
                      ": no emissions.csv of CodeCarbon: it lacks the columns "
                      "duration and energy_consumed"};
  }
  std::size_t rows = 0;
  while (reader.next()) ++rows;
  return rows;
}

ImportedRun import_codecarbon(const Import& import) {
  const std::string path = import.item.path.string();
  const EmissionsRow row = read_emissions(import.item.path, import.item.index);
  const auto length = std::chrono::round<Nanoseconds>(row.duration);
  const UtcTime end = row.end ? *row.end - import.options.utc_offset : UtcTime{} + length;
  import.report.warn("time_missing", path, row.end ? 0 : 1, "a run without a time stamp");
  import.report.warn("pue_divided", path, row.pue != 1,
                     "energies contain the power usage effectiveness; it was divided out");
  RunSetup setup = run_setup(import, row.text("run_id"), end - length);
  if (const auto id = Uuid::parse(row.text("run_id"))) setup.run.id = *id;
  describe(row, setup.run);
  const auto devices = devices_of(row);
  for (const auto& [device, energy] : devices) {
    setup.part.devices.push_back(device);
    setup.part.channels.push_back(energy_channel(device.id, kResolution, Provenance::imported,
                                                 "CodeCarbon " + row.text("codecarbon_version")));
  }
  ImportedRun result{setup.run.id};
  const auto writer = import.open(setup.run, setup.part);
  if (!writer) {
    result.already_there = true;
    return result;
  }
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const double energy_j = devices[i].second.value() / row.pue;
    const std::array<Sample, 2> samples{
        {{Timestamp{}, 0}, {Timestamp{length}, std::llround(energy_j / kResolution)}}};
    writer->append_samples(i, samples);
  }
  writer->append_spans(run_span({Timestamp{}, Timestamp{length}}), 0);
  writer->finish(RunStatus::finished, std::nullopt, {});
  return result;
}

}  // namespace erg::exchange
