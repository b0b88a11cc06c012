// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/step_work.h"
#include "erg/units.h"

namespace erg {

// What is learnt. Do not rename: models hold these words. A rate is told and not kept.
enum class Target { energy, time, rate };

std::string_view to_string(Target target);
std::string_view si_unit(Target target);  // "J", "s", "MAC/s"

// One measured unit of work (a step, an epoch, a run): what was done, and what it took.
struct Observation {
  std::string label;    // as its source names it
  std::string network;  // rows of one network are left out together
  std::string family;   // networks of one family are left out together; empty: unknown
  std::string device;
  std::string input;  // "1x224x224"
  std::string precision;
  std::string data;
  double batch = 0;
  double images = 0;             // of the unit; 0: unknown
  std::vector<double> features;  // by Observations::features
  std::optional<StepWork> work;  // of one step: what the physical model needs
  std::optional<Joules> energy;
  std::optional<Seconds> time;
  std::optional<double> rate;  // multiply-accumulates of forward passes a second

  double steps() const { return batch > 0 ? images / batch : 0; }
  std::optional<double> value(Target target) const;  // in SI
};

// A table of measurements.
struct Observations {
  std::string source;                 // where it came from, for people
  std::string unit = "epoch";         // what energy and time are of
  std::vector<std::string> features;  // names of the columns of Observation::features
  std::vector<Observation> rows;

  // Throws FitError naming the features that are there.
  std::size_t feature(std::string_view name) const;
  // The same rows in another order are another table; another number in one is another digest.
  std::string digest() const;
};

// Throws FitError: a number that is none or infinite (with its row and column), a target that is
// not positive, energies and times that cannot be in the same unit for all rows (the power they
// imply differs by more than 50 times from the median, or is none a device draws).
void check(const Observations& table, Target target);

// Groups for a cross-validation. Throws FitError where there is a single one.
std::vector<std::string> networks_of(const Observations& table, std::span<const std::size_t> rows);
std::vector<std::string> families_of(const Observations& table, std::span<const std::size_t> rows);

}  // namespace erg
