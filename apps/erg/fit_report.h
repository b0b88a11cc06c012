// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/energy_model.h"

namespace erg {

// One target, fitted, validated, tested.
struct FitReport {
  Target target = Target::energy;
  TargetModel model;
  std::vector<double> fitted;  // of the training rows
  Scores training;
  std::optional<Validation> validation;
  std::string trouble;         // why there is no validation
  std::vector<double> tested;  // of the test rows
  std::optional<Scores> test;
};

std::string fit_text(const Observations& table, const EnergyModel& model,
                     std::span<const std::size_t> train, std::span<const std::size_t> test,
                     std::span<const FitReport> reports, bool predictions);
std::string fit_json(const Observations& table, const EnergyModel& model,
                     std::span<const std::size_t> train, std::span<const std::size_t> test,
                     std::span<const FitReport> reports);

}  // namespace erg
