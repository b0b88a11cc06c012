// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <ostream>

#include "erg/csv_writer.h"
#include "erg/json.h"
#include "erg/run_tables.h"
#include "time_text.h"

namespace erg {
namespace {

// CodeCarbon 2.3's columns, in its order.
constexpr std::array<std::string_view, 31> kColumns{"timestamp",
                                                    "project_name",
                                                    "run_id",
                                                    "duration",
                                                    "emissions",
                                                    "emissions_rate",
                                                    "cpu_power",
                                                    "gpu_power",
                                                    "ram_power",
                                                    "cpu_energy",
                                                    "gpu_energy",
                                                    "ram_energy",
                                                    "energy_consumed",
                                                    "country_name",
                                                    "country_iso_code",
                                                    "region",
                                                    "cloud_provider",
                                                    "cloud_region",
                                                    "os",
                                                    "python_version",
                                                    "codecarbon_version",
                                                    "cpu_count",
                                                    "cpu_model",
                                                    "gpu_count",
                                                    "gpu_model",
                                                    "longitude",
                                                    "latitude",
                                                    "ram_total_size",
                                                    "tracking_mode",
                                                    "on_cloud",
                                                    "pue"};

constexpr double kJoulesPerKwh = 3.6e6;

// The best timeline of a device: a counter before a power.
const Timeline* timeline_of(const Part& part, const std::string& device) {
  const Timeline* best = nullptr;
  for (const Timeline& timeline : part.timelines) {
    const Channel& channel = timeline.channel();
    if (channel.device != device || channel.kind == ChannelKind::gauge) continue;
    if (!timeline.covered()) continue;
    const bool counter = channel.kind == ChannelKind::energy_counter;
    if (!best || (counter && best->channel().kind != ChannelKind::energy_counter)) best = &timeline;
  }
  return best;
}

// The energy of all devices of a kind while the run lasted.
double energy_kwh(const Run& run, DeviceKind kind) {
  double sum_j = 0;
  for (const Part& part : run.parts) {
    const auto whole = extent(part);
    for (const Device& device : part.header.devices) {
      const Timeline* timeline = device.kind == kind ? timeline_of(part, device.id) : nullptr;
      if (whole && timeline) sum_j += timeline->energy_clamped(*whole).value();
    }
  }
  return sum_j / kJoulesPerKwh;
}

Nanoseconds duration_of(const Run& run) {
  Nanoseconds longest{0};
  for (const Part& part : run.parts) {
    if (const auto whole = extent(part)) longest = std::max(longest, whole->length());
  }
  return longest;
}

std::size_t gpus(const Run& run, std::string& model) {
  std::size_t count = 0;
  for (const Part& part : run.parts) {
    for (const Device& device : part.header.devices) {
      if (device.kind != DeviceKind::gpu) continue;
      ++count;
      model = device.name;
    }
  }
  return count;
}

// What an importer kept of the row that the run came from.
std::optional<Json> kept_row(const Run& run) {
  const auto& tags = run.header.environment.tags;
  const auto tag = tags.find("codecarbon");
  if (tag == tags.end()) return std::nullopt;
  return Json::parse(tag->second, "the tag codecarbon of run " + run.header.id.text());
}

}  // namespace

void write_emissions_header(std::ostream& out) {
  CsvWriter csv{out};
  for (const auto column : kColumns) csv.field(column);
  csv.end_row();
}

void write_emissions_row(const Run& run, double kg_per_kwh, std::ostream& out) {
  CsvWriter csv{out};
  if (const auto row = kept_row(run)) {
    for (const auto column : kColumns) {
      const Json* cell = row->find(column);
      csv.field(cell && cell->text() ? std::string_view{*cell->text()} : "");
    }
    return csv.end_row();
  }
  const Environment& environment = run.header.environment;
  const Nanoseconds length = duration_of(run);
  const double duration_s = Seconds{length}.count();
  const double cpu_kwh = energy_kwh(run, DeviceKind::cpu);
  const double gpu_kwh = energy_kwh(run, DeviceKind::gpu);
  const double ram_kwh = energy_kwh(run, DeviceKind::memory);
  const double all_kwh = cpu_kwh + gpu_kwh + ram_kwh;
  const auto watts = [&](double kwh) {
    return duration_s > 0 ? kwh * kJoulesPerKwh / duration_s : 0.0;
  };
  csv.field(exchange::time_text(run.header.start + length)).field(run.header.name);
  csv.field(run.header.id.text()).field(duration_s).field(all_kwh * kg_per_kwh);
  csv.field(duration_s > 0 ? all_kwh * kg_per_kwh / duration_s : 0.0);
  csv.field(watts(cpu_kwh)).field(watts(gpu_kwh)).field(watts(ram_kwh));
  csv.field(cpu_kwh).field(gpu_kwh).field(ram_kwh).field(all_kwh);
  for (int i = 0; i < 5; ++i) csv.field("");  // where on earth, and in whose cloud
  const auto version = [&](const char* name) {
    const auto found = environment.versions.find(name);
    return found == environment.versions.end() ? std::string{} : found->second;
  };
  csv.field(environment.os).field(version("python")).field("erg " + version("erg"));
  csv.field(environment.cpu_threads).field(environment.cpu);
  std::string model;
  const std::size_t count = gpus(run, model);
  csv.field(count).field(count > 0 ? std::to_string(count) + " x " + model : std::string{});
  csv.field("").field("");
  constexpr double kGibibyte = 1024.0 * 1024 * 1024;
  csv.field(static_cast<double>(environment.memory_bytes) / kGibibyte);
  csv.field("process").field("N").field(1.0).end_row();
}

}  // namespace erg
