// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/estimate.h"
#include "erg/validation.h"

namespace erg {

// What a model was fitted on: it is good for nothing else.
struct ModelScope {
  std::string device;     // as its runs name it; empty: not known
  std::string precision;  // empty: not known
  std::vector<std::string> inputs;
  std::vector<double> batches;
  std::string unit = "epoch";  // of what the targets are
  double images_per_unit = 0;  // 0: not known, or not the same in all rows
};

// The identity of its training data.
struct ModelTraining {
  std::string source;
  std::string digest;
  std::size_t rows = 0;
  std::vector<std::string> networks;
};

// One target's model and how far it can be trusted.
struct TargetModel {
  std::string model;  // "physical", "macs", ...
  std::unique_ptr<Regressor> regressor;
  std::string scheme;  // of the validation; empty: none was possible
  Scores scores;
  ErrorFactor error;
};

// What was learnt about energy and time: saved, loaded anywhere.
struct EnergyModel {
  std::string name;
  ModelScope scope;
  ModelTraining training;
  std::vector<std::string> features;  // of the table it was fitted on
  std::optional<TargetModel> energy;
  std::optional<TargetModel> time;

  std::string json() const;  // docs/formats.md, "Energy models"
  // Throws FormatError: no model, or one of a version that this program does not know.
  static EnergyModel from_json(std::string_view text, const std::string& name);
};

// Training that has not happened yet.
struct Job {
  Complexity complexity;  // at the job's batch and input
  std::string device;
  std::string input;
  std::string precision;
  double images = 0;  // in all: of an epoch, times the epochs
  std::optional<Watts> cap;
};

// A value that lies in [low, high] with the level of its prediction.
template <class Value>
struct Between {
  Value value{};
  std::optional<Value> low{};
  std::optional<Value> high{};
};

struct Prediction {
  std::optional<Between<Joules>> energy;
  std::optional<Between<Seconds>> time;
  double level = 0;  // the lower of the two intervals'
  std::vector<std::string> notes;
};

// Why the model should not be asked about this job: another device, input or precision than it was
// fitted for. Empty: it may.
std::vector<std::string> objections(const EnergyModel& model, const Job& job);

// Throws FitError where the job lacks what the model needs.
Prediction predict(const EnergyModel& model, const Job& job);

// The features of a network that tables hold: macs and parameters of one image, bytes, kernels and
// step_macs of one step, batch, layers, depth, branches. Empty for a name that is none of them.
std::optional<double> network_feature(const Complexity& complexity, std::string_view name);

}  // namespace erg
