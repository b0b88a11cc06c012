// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/regressor.h"

namespace erg {

// How well predictions meet what was measured. Relative errors are of the measured value.
struct Scores {
  std::size_t count = 0;
  double mape = 0;   // mean absolute percentage error, as a ratio
  double mdape = 0;  // median of the same
  double r2 = 0;     // NaN for a single row
  double worst = 0;  // the largest relative error, and whose it is
  std::string worst_label;

  // A plain word where R2 looks better than the errors are; else empty.
  std::string flattery() const;
};

Scores score(const Observations& table, std::span<const std::size_t> rows,
             std::span<const double> predicted, Target target);

// What is left out in each fold.
struct Scheme {
  enum class Kind { networks, families, k_fold };
  Kind kind = Kind::families;
  std::size_t folds = 10;
  std::uint64_t seed = 1;

  std::string text() const;  // "leave-one-family-out", "10-fold"
};

// "network", "leave-one-network-out", "family", "leave-one-family-out", "k-fold[:K]". Throws
// FitError.
Scheme scheme_from(std::string_view word);

// What a cross-validation saw. A choice among several models is made inside each fold, on its
// training rows alone, by the same scheme.
struct Validation {
  std::string scheme;
  Target target = Target::energy;
  Scores scores;
  std::vector<double> predicted;    // one a row, in SI, by a model that had not seen it
  std::vector<std::string> chosen;  // one a fold: the model's name
};

// Throws FitError where the scheme cannot be applied, or a model cannot be fitted in a fold.
Validation validate(std::span<const ModelSpec> candidates, const Observations& table,
                    std::span<const std::size_t> rows, Target target, const Scheme& scheme);

// The candidate of least MAPE under the scheme, fitted on all rows. Where `rows` allow no
// validation (fewer than two groups) the first that can be fitted.
ModelSpec choose(std::span<const ModelSpec> candidates, const Observations& table,
                 std::span<const std::size_t> rows, Target target, const Scheme& scheme);

// A factor: the measured value lies within [predicted / factor, predicted * factor] with `level`
// (split conformal, of the logarithms of errors on rows the model had not seen). With few rows the
// highest level that they carry.
struct ErrorFactor {
  double factor = 1;
  double level = 0;  // 0: too few rows for any
};
ErrorFactor error_factor(const Observations& table, std::span<const std::size_t> rows,
                         std::span<const double> predicted, Target target, double level = 0.95);

}  // namespace erg
