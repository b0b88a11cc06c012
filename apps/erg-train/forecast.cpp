// SPDX-License-Identifier: Apache-2.0
#include "forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "console.h"
#include "erg/attribute.h"
#include "erg/count.h"
#include "erg/least_squares.h"
#include "erg/numbers.h"
#include "erg/text_table.h"
#include "profiler.h"
#include "saved_models.h"
#include "unit_measure.h"

namespace erg {
namespace {

std::string name_of(std::span<const Device> devices, const std::string& id) {
  const auto device = std::ranges::find(devices, id, &Device::id);
  return device == devices.end() || device->name.empty() ? id : device->name;
}

Job job_of(const Network& network, const Workload& work, double steps, const std::string& device) {
  CountOptions counting;
  counting.batch = work.batch;
  counting.bytes_per_number = work.precision == "bf16" || work.precision == "fp16" ? 2 : 4;
  Job job;
  job.complexity = count(network, counting);
  job.device = device;
  job.input = to_string(job.complexity.inputs.front());
  job.precision = work.precision;
  job.images = steps * static_cast<double>(work.batch);
  return job;
}

// Of steps alone: what a calibration measures has no loading and no test.
std::string scope_text(const EnergyModel& model, double steps) {
  if (model.scope.unit == "step") {
    return fmt::format("the phases of {:.0f} steps, without loading and test", steps);
  }
  return "whole " + model.scope.unit + "s";
}

template <class Value>
std::string interval(const Between<Value>& one, double level) {
  if (!one.low) return text(one.value) + " (no interval: the model was not validated)";
  return fmt::format("{} ({} to {}, {:.0f} %)", text(one.value), text(*one.low), text(*one.high),
                     100 * level);
}

// `share` of what was predicted was trained.
template <class Value>
void add_line(TextTable& table, const char* name, const std::optional<Between<Value>>& predicted,
              const std::optional<Value>& measured, double share) {
  if (!predicted) return;
  const auto value = share * predicted->value;
  if (!measured || !(*measured > Value{0})) {
    table.add({name, text(value), "-", "nothing measured it", ""});
    return;
  }
  const bool known = predicted->low.has_value();
  const bool inside =
      known && share * *predicted->low <= *measured && *measured <= share * *predicted->high;
  table.add({name, text(value), text(*measured),
             fmt::format("{:+.1f} %", 100 * (value / *measured - 1)),
             !known   ? ""
             : inside ? "inside its interval"
                      : "outside its interval"});
}

}  // namespace

Forecast::Forecast(const Store& store, std::span<const Device> devices, const Network& network,
                   const Trainer& trainer, const std::string& model, std::int64_t max_steps) {
  const Workload work = trainer.workload();
  steps_ = static_cast<double>(work.steps_per_epoch * work.epochs);
  if (max_steps > 0) steps_ = std::min(steps_, static_cast<double>(max_steps));
  device_ = profiled_device(devices, trainer.gpu_uuid());
  job_ = job_of(network, work, steps_, name_of(devices, device_));
  model_ = model.empty()                    ? fitting_model(store, job_, false)
           : std::filesystem::exists(model) ? read_model(model)
                                            : stored_model(store, model);
  const auto against = objections(model_, job_);
  if (!against.empty()) {
    throw FitError{"the model '" + model_.name + "' is not for this training: " + against.front()};
  }
  prediction_ = predict(model_, job_);
}

std::string Forecast::before() const {
  std::string all = fmt::format("predicted by '{}', of {}:\n", plain_text(model_.name),
                                scope_text(model_, steps_));
  if (prediction_.energy) {
    all += "  energy  " + interval(*prediction_.energy, prediction_.level) + "\n";
  }
  if (prediction_.time) {
    all += "  time    " + interval(*prediction_.time, prediction_.level) + "\n";
  }
  for (const auto& note : prediction_.notes) all += "  note: " + note + "\n";
  return all;
}

// A calibration knows the device that trained, and a model of stored runs all devices of a run.
Run Forecast::seen(const Run& run) const {
  Run one = run;
  if (model_.scope.unit != "step" || !model_.training.source.starts_with("run ")) return one;
  AttributionOptions options;
  options.device = device_;
  options.method = AttributionMethod::timeline;
  try {
    one.breakdowns = {attribute(run, options)};
  } catch (const AttributionError&) {
    one.breakdowns.clear();
  }
  return one;
}

std::string Forecast::after(const Run& run) const {
  const UnitMeasure unit = unit_measure(seen(run), model_.scope.unit);
  const double share = unit.units * unit.images / job_.images;
  if (!(share > 0)) return "nothing was trained that the prediction could be held against\n";
  const auto all = [&](const auto& one) {
    return one ? std::optional{unit.units * *one} : std::nullopt;
  };
  TextTable table{{{""}, {"predicted"}, {"measured"}, {"error"}, {""}}};
  add_line(table, "energy", prediction_.energy, all(unit.energy), share);
  add_line(table, "time", prediction_.time, all(unit.time), share);
  const std::string what = share < 0.999 ? fmt::format(" ({:.1f} % of it)", 100 * share) : "";
  return fmt::format("prediction by '{}', of {}{}:\n", plain_text(model_.name),
                     scope_text(model_, steps_ * share), what) +
         table.text(stdout_style());
}

}  // namespace erg
