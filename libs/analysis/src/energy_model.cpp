// SPDX-License-Identifier: Apache-2.0
#include "erg/energy_model.h"

#include <algorithm>
#include <cmath>

#include "erg/least_squares.h"
#include "erg/lower_case.h"

namespace erg {
namespace {

// Of a card whose power limit binds: time goes with ((Pf - Ps) / (cap - Ps))^a (MEASUREMENT.md 5),
// here with what is typical of published sweeps, and a wide interval.
constexpr double kUnscaledShare = 0.2;
constexpr double kTypicalExponent = 0.6;
constexpr double kCapFactor = 1.15;

bool same_device(const std::string& fitted, const std::string& asked) {
  const auto a = lower_case(fitted);
  const auto b = lower_case(asked);
  return a.find(b) != std::string::npos || b.find(a) != std::string::npos;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

double feature_of(const Job& job, const std::string& name) {
  if (name == "cap_w" && job.cap) return job.cap->value();
  if (const auto value = network_feature(job.complexity, name)) return *value;
  throw FitError{"the model was fitted on '" + name +
                 (name == "cap_w" ? "': name the cap (--cap)"
                                  : "', which is not known of a training to come; fit one on what "
                                    "is: macs, parameters, bytes, kernels, batch, cap_w")};
}

Observation observation_of(const EnergyModel& model, const Job& job,
                           std::span<const std::string> used) {
  Observation row;
  row.batch = static_cast<double>(job.complexity.batch);
  row.images = job.images;
  row.work = step_work(job.complexity);
  for (const auto& name : model.features) {
    const bool needed = std::ranges::find(used, name) != used.end();
    row.features.push_back(needed ? feature_of(job, name) : 0);
  }
  return row;
}

double units(const EnergyModel& model, const Job& job) {
  if (model.scope.images_per_unit > 0) return job.images / model.scope.images_per_unit;
  throw FitError{"the model does not know how many images its " + model.scope.unit +
                 " has: fit it with --images"};
}

template <class Value>
Between<Value> between(double value, const ErrorFactor& error) {
  Between<Value> result{Value{value}};
  if (error.level > 0) {
    result.low = Value{value / error.factor};
    result.high = Value{value * error.factor};
  }
  return result;
}

double value_of(const EnergyModel& model, const TargetModel& target, const Job& job) {
  const bool physical = target.regressor->kind() == ModelKind::physical;
  const Observation row = observation_of(model, job, target.regressor->inputs());
  const double value = target.regressor->at(row) * (physical ? 1 : units(model, job));
  if (!(value > 0)) {
    throw FitError{"the model '" + target.model +
                   "' gives nothing above 0 for this network: it is too far from what it was "
                   "fitted on"};
  }
  return value;
}

template <class Value>
void widen(Between<Value>& value, double by, double factor) {
  value.value = by * value.value;
  if (value.low) value.low = (by / factor) * *value.low;
  if (value.high) value.high = (by * factor) * *value.high;
}

// What a cap that the model knows nothing of does to a prediction.
void apply_cap(Prediction& prediction, Watts cap) {
  if (!prediction.energy || !prediction.time) {
    throw FitError{
        "what a cap does cannot be told from energy or time alone: fit both, or fit "
        "with the feature cap_w"};
  }
  const Watts power = prediction.energy->value / prediction.time->value;
  if (cap >= power) {
    prediction.notes.push_back("the cap is above the mean power predicted: it changes nothing");
    return;
  }
  const double unscaled = kUnscaledShare * power.value();
  if (cap.value() <= 1.05 * unscaled) {
    throw FitError{"a cap of " + std::to_string(cap.value()) +
                   " W is below what the card needs to run at all"};
  }
  const double slower =
      std::pow((power.value() - unscaled) / (cap.value() - unscaled), kTypicalExponent);
  widen(*prediction.time, slower, kCapFactor);
  widen(*prediction.energy, slower * (cap / power), kCapFactor);
  prediction.notes.push_back(
      "the model knows no caps: a typical curve was assumed, and the intervals widened; erg cap "
      "sweep measures this card's own");
}

}  // namespace

std::optional<double> network_feature(const Complexity& complexity, std::string_view name) {
  const auto real = [](std::uint64_t count) { return static_cast<double>(count); };
  const double batch = static_cast<double>(complexity.batch);
  const Counts& total = complexity.total;
  if (name == "macs") return real(total.macs) / batch;
  if (name == "parameters") return real(total.parameters);
  if (name == "operations") return real(total.operations) / batch;
  if (name == "activations") return real(total.activations) / batch;
  if (name == "batch") return batch;
  if (name == "layers") return real(complexity.structure.layers);
  if (name == "depth") return real(complexity.structure.depth);
  if (name == "branches") return real(complexity.structure.branches);
  if (name == "step_macs") return real(total.macs) + real(total.backward_macs);
  if (name == "bytes") return step_work(complexity).total.bytes;
  if (name == "kernels") return step_work(complexity).total.kernels;
  return std::nullopt;
}

std::vector<std::string> objections(const EnergyModel& model, const Job& job) {
  std::vector<std::string> all;
  const ModelScope& scope = model.scope;
  if (!job.device.empty() && !scope.device.empty() && !same_device(scope.device, job.device)) {
    all.push_back("it was fitted for the device '" + scope.device + "', not for '" + job.device +
                  "'");
  }
  if (!scope.inputs.empty() && !job.input.empty() &&
      std::ranges::find(scope.inputs, job.input) == scope.inputs.end()) {
    all.push_back("it was fitted for the input " + joined(scope.inputs) + ", not for " + job.input);
  }
  if (!scope.precision.empty() && !job.precision.empty() && scope.precision != job.precision) {
    all.push_back("it was fitted for the precision " + scope.precision + ", not for " +
                  job.precision);
  }
  return all;
}

Prediction predict(const EnergyModel& model, const Job& job) {
  Prediction result;
  result.level = 1;
  if (model.energy) {
    result.energy = between<Joules>(value_of(model, *model.energy, job), model.energy->error);
    result.level = std::min(result.level, model.energy->error.level);
  }
  if (model.time) {
    result.time = between<Seconds>(value_of(model, *model.time, job), model.time->error);
    result.level = std::min(result.level, model.time->error.level);
  }
  const auto& batches = model.scope.batches;
  const double batch = static_cast<double>(job.complexity.batch);
  if (!batches.empty() && std::ranges::find(batches, batch) == batches.end()) {
    result.notes.push_back(
        "no run of this batch was among those fitted: the interval does not "
        "know what that adds");
  }
  const bool knows_caps = std::ranges::find(model.features, "cap_w") != model.features.end();
  if (job.cap && !knows_caps) apply_cap(result, *job.cap);
  return result;
}

}  // namespace erg
