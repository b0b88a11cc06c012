// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/observations.h"

namespace erg {

class Json;
class JsonWriter;

// Do not rename: models hold these words.
enum class ModelKind { polynomial, trees, physical };

std::string_view to_string(ModelKind kind);

// Which model to fit.
struct ModelSpec {
  std::string name;  // "macs", "macs+parameters", "polynomial:4", ...
  ModelKind kind = ModelKind::polynomial;
  int degree = 1;                     // polynomial: of the sum of exponents
  std::vector<std::string> features;  // polynomial and trees; the physical model has its own
  int rounds = 100;                   // trees
};

// "macs", "macs+parameters", "polynomial:D" and "trees" (of `features`, of the MACs where there are
// none), "physical". Throws FitError with the nearest name.
ModelSpec model_spec(std::string_view word, std::span<const std::string> features = {});

// What choices are made among: "auto", "polynomial:auto" (degrees 1 to 4), or the one model named.
// `auto` leaves out what the table cannot feed.
std::vector<ModelSpec> candidates(std::string_view word, const Observations& table,
                                  std::span<const std::string> features = {});

// A coefficient as people want to see it: of the unscaled feature.
struct Coefficient {
  std::string name;
  std::string unit;
  double value = 0;
};

// A model of one target, fitted. Immutable: any thread may predict.
class Regressor {
 public:
  virtual ~Regressor() = default;

  // In SI. The row's features are in the order of the table that it was fitted on.
  virtual double at(const Observation& row) const = 0;
  // Empty where there are none to show (trees).
  virtual std::vector<Coefficient> coefficients() const = 0;
  // The features that it reads; none where it has its own (physical).
  virtual std::span<const std::string> inputs() const = 0;
  virtual ModelKind kind() const = 0;
  // The content of one JSON object, its "kind" included.
  virtual void write(JsonWriter& out) const = 0;
};

// Fits on some rows of a table; scaling is learnt from those alone. Throws FitError where they do
// not determine the model: fewer rows than coefficients, features that depend on each other, no
// XGBoost on this machine; always with what would help.
std::unique_ptr<Regressor> fit(const ModelSpec& spec, const Observations& table,
                               std::span<const std::size_t> rows, Target target);

// From what write() wrote; `features` of the table. Throws FormatError.
std::unique_ptr<Regressor> regressor_from(const Json& json, const std::string& name);

// Whether boosted trees can be fitted here, and if not, why.
bool have_trees();
std::string trees_missing();

}  // namespace erg
