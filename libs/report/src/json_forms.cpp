// SPDX-License-Identifier: Apache-2.0
#include "erg/json_forms.h"

#include "erg/breakdown_text.h"

#include "device_json.h"
#include "erg/dynamic_energy.h"
#include "erg/full_run.h"
#include "erg/numbers.h"
#include "json.h"

namespace erg {
namespace {

// Null where nobody said when it was.
Json moment(UtcTime time) { return time == UtcTime{} ? Json{} : Json(utc_text(time)); }

Json row_json(const BreakdownRow& row) {
  Json json;
  json["name"] = row.name;
  json["kind"] = row.kind;
  json["pass"] = row.pass == Pass::none ? Json{} : Json(to_string(row.pass));
  json["device"] = known(row.device);
  json["count"] = row.count;
  json["time_s"] = row.time ? finite(row.time->value.count()) : Json{};
  json["energy_j"] = row.energy ? finite(row.energy->value.value()) : Json{};
  json["energy_u_j"] = row.energy ? finite(row.energy->independent_u.value()) : Json{};
  json["energy_common_u"] = row.energy ? finite(row.energy->common_u) : Json{};
  const auto power = mean_power(row);
  json["power_w"] = power ? finite(power->value()) : Json{};
  json["provenance"] = row.energy ? Json(to_string(row.energy->provenance)) : Json{};
  json["method"] = row.method;
  return json;
}

// Of what the sensor showed: the card's own gain is not in it. Half-widths are 95 %.
Json row_json(const BreakdownRow& row, std::optional<double> samples) {
  Json json = row_json(row);
  const bool known = row.energy && samples && *samples > 0;
  json["energy_per_sample_j"] = known ? finite(row.energy->value.value() / *samples) : Json{};
  json["energy_interval_j"] = Json{};
  if (row.energy) {
    const double energy = row.energy->value.value();
    const double half = 1.96 * row.energy->independent_u.value();
    json["energy_interval_j"] = {finite(energy - half), finite(energy + half)};
  }
  return json;
}

Json breakdown_form(const Breakdown& breakdown) {
  Json json;
  json["by"] = to_string(breakdown.by);
  json["method"] = breakdown.method;
  json["device"] = known(breakdown.device);
  const auto& samples = breakdown.samples;
  json["samples"] = optional_number(samples);
  json["total"] = row_json(breakdown.total, samples);
  const auto power = total_power(breakdown);
  json["total"]["power_w"] = power ? finite(power->value()) : Json{};
  json["rows"] = Json::array();
  for (const auto& row : breakdown.rows) json["rows"].push_back(row_json(row, samples));
  json["unattributed"] = row_json(breakdown.unattributed, samples);
  json["closure"] = optional_number(breakdown.closure);
  json["notes"] = breakdown.notes;
  return json;
}

Json timeline_json(const Timeline& timeline) {
  Json json = channel_json(timeline.channel());
  json["samples"] = timeline.size();
  json["gaps"] = timeline.gaps().size();
  return json;
}

Json part_json(const Part& part) {
  Json json;
  json["rank"] = part.header.rank;
  json["host"] = known(part.header.host);
  json["process"] = known(part.header.process);
  json["start"] = moment(part.header.start);
  json["devices"] = Json::array();
  for (const auto& device : part.header.devices) json["devices"].push_back(device_json(device));
  json["channels"] = Json::array();
  for (const auto& timeline : part.timelines) json["channels"].push_back(timeline_json(timeline));
  json["spans"] = part.spans.size();
  json["blocks"] = part.blocks.size();
  json["sampler"] = {{"reads", part.cost.reads},
                     {"missed", part.cost.missed},
                     {"unreadable", part.cost.unreadable},
                     {"reading_s", part.cost.reading.count()}};
  json["notes"] = part.notes;
  return json;
}

// 0 is a seed like any other where a training says how it was instrumented, as ours do.
Json seed_json(const Workload& workload) {
  const bool given = workload.seed != 0 || !workload.instrumentation.empty();
  return given ? Json(workload.seed) : Json{};
}

Json environment_json(const Environment& environment) {
  const Workload& workload = environment.workload;
  Json json;
  json["command"] = environment.command;
  json["versions"] = environment.versions;
  json["os"] = known(environment.os);
  json["cpu"] = known(environment.cpu);
  json["cpu_threads"] = known(environment.cpu_threads);
  json["memory_bytes"] = known(environment.memory_bytes);
  json["workload"] = {{"network", known(workload.network)},
                      {"data", known(workload.data)},
                      {"input", known(workload.input)},
                      {"batch", known(workload.batch)},
                      {"epochs", known(workload.epochs)},
                      {"steps_per_epoch", known(workload.steps_per_epoch)},
                      {"precision", known(workload.precision)},
                      {"instrumentation", known(workload.instrumentation)},
                      {"seed", seed_json(workload)}};
  json["tags"] = environment.tags;
  return json;
}

// Beside the total, never alone.
Json dynamic_form(const Run& run) {
  const auto devices = dynamic_energies(run);
  const auto all = dynamic_energy(devices);
  Json json;
  json["energy_j"] = all ? finite(all->value.value()) : Json{};
  json["energy_u_j"] = all ? finite(all->total_u().value()) : Json{};
  json["devices"] = Json::array();
  for (const auto& one : devices) {
    Json row;
    row["device"] = one.device;
    row["idle_power_w"] = one.idle ? finite(one.idle->value()) : Json{};
    row["energy_j"] = one.energy ? finite(one.energy->value.value()) : Json{};
    row["method"] = one.method;
    json["devices"].push_back(std::move(row));
  }
  return json;
}

Json extrapolated_form(const Run& run) {
  const auto full = extrapolate(run);
  if (!full) return {};
  const auto& range = full->range;
  return {{"steps", full->steps},
          {"planned_steps", full->planned},
          {"energy_j", full->energy.value()},
          {"energy_low_j", range ? Json(range->energy_low.value()) : Json{}},
          {"energy_high_j", range ? Json(range->energy_high.value()) : Json{}},
          {"time_s", full->time.count()},
          {"time_low_s", range ? Json(range->time_low.count()) : Json{}},
          {"time_high_s", range ? Json(range->time_high.count()) : Json{}},
          {"level", 0.95}};
}

}  // namespace

std::string breakdown_json(RunId run, const Breakdown& breakdown) {
  Json json;
  json["run"] = run.text();
  json.update(breakdown_form(breakdown));
  return dumped(json);
}

std::string breakdown_json(const Run& run, const Breakdown& breakdown) {
  Json json;
  json["run"] = run.header.id.text();
  json.update(breakdown_form(breakdown));
  json["dynamic"] = dynamic_form(run);
  return dumped(json);
}

std::string run_list_json(std::span<const RunSummary> runs) {
  Json list = Json::array();
  for (const auto& run : runs) {
    Json json;
    json["id"] = run.id.text();
    json["name"] = run.name;
    json["status"] = to_string(run.status);
    json["start"] = moment(run.start);
    json["network"] = known(run.workload.network);
    json["data"] = known(run.workload.data);
    json["device"] = known(run.device);
    json["energy_j"] = run.energy ? finite(run.energy->value.value()) : Json{};
    json["energy_u_j"] = run.energy ? finite(run.energy->total_u().value()) : Json{};
    json["provenance"] = run.energy ? Json(to_string(run.energy->provenance)) : Json{};
    json["time_s"] = run.time ? finite(run.time->count()) : Json{};
    json["tags"] = run.tags;
    list.push_back(std::move(json));
  }
  return dumped(list);
}

std::string run_json(const Run& run) {
  Json json;
  json["id"] = run.header.id.text();
  json["name"] = run.header.name;
  json["status"] = to_string(run.status);
  json["start"] = moment(run.header.start);
  json["exit_status"] = run.exit_status ? Json(*run.exit_status) : Json{};
  json["environment"] = environment_json(run.header.environment);
  json["parts"] = Json::array();
  for (const auto& part : run.parts) json["parts"].push_back(part_json(part));
  json["epochs"] = Json::array();
  for (const auto& epoch : run.epochs) {
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"train_loss", optional_number(epoch.train_loss)},
                              {"train_accuracy", optional_number(epoch.train_accuracy)},
                              {"test_loss", optional_number(epoch.test_loss)},
                              {"test_accuracy", optional_number(epoch.test_accuracy)}});
  }
  json["breakdowns"] = Json::array();
  for (const auto& breakdown : run.breakdowns) {
    json["breakdowns"].push_back(breakdown_form(breakdown));
  }
  json["dynamic"] = dynamic_form(run);
  json["extrapolated"] = extrapolated_form(run);
  return dumped(json);
}

}  // namespace erg
