// SPDX-License-Identifier: Apache-2.0
#include "erg/validation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "erg/conformal.h"
#include "erg/folds.h"
#include "erg/least_squares.h"
#include "erg/linear_regression.h"
#include "erg/suggest.h"
#include "erg/summary.h"

namespace erg {
namespace {

constexpr double kGoodR2 = 0.9;
constexpr double kPoorMape = 0.15;
constexpr std::size_t kInnerFolds = 5;

std::vector<Fold> folds_of(const Observations& table, std::span<const std::size_t> rows,
                           const Scheme& scheme) {
  switch (scheme.kind) {
    case Scheme::Kind::networks:
      return folds_by_group(networks_of(table, rows));
    case Scheme::Kind::families:
      return folds_by_group(families_of(table, rows));
    case Scheme::Kind::k_fold:
      break;
  }
  if (rows.size() < scheme.folds) {
    throw FitError{std::to_string(rows.size()) + " rows make no " + std::to_string(scheme.folds) +
                   " folds; take fewer folds, or measure more"};
  }
  return k_folds(rows.size(), scheme.folds, scheme.seed);
}

std::vector<std::size_t> picked(std::span<const std::size_t> rows,
                                std::span<const std::size_t> places) {
  std::vector<std::size_t> all;
  for (const auto place : places) all.push_back(rows[place]);
  return all;
}

// Predictions for every row by models that had not seen it.
std::vector<double> left_out(const ModelSpec& spec, const Observations& table,
                             std::span<const std::size_t> rows, Target target,
                             std::span<const Fold> folds) {
  std::vector<double> predicted(rows.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto& fold : folds) {
    const auto model = fit(spec, table, picked(rows, fold.train), target);
    for (const auto place : fold.test) predicted[place] = model->at(table.rows[rows[place]]);
  }
  return predicted;
}

}  // namespace

std::string Scores::flattery() const {
  if (!(r2 >= kGoodR2 && mape >= kPoorMape)) return "";
  char text[160];
  std::snprintf(text, sizeof text,
                "R2 %.3f flatters: the largest rows make it, while the mean error is %.0f %%", r2,
                100 * mape);
  return text;
}

Scores score(const Observations& table, std::span<const std::size_t> rows,
             std::span<const double> predicted, Target target) {
  Scores scores;
  scores.count = rows.size();
  if (rows.empty()) return scores;
  std::vector<double> measured;
  std::vector<double> errors;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = table.rows[rows[i]];
    measured.push_back(row.value(target).value_or(std::numeric_limits<double>::quiet_NaN()));
    errors.push_back(std::abs(predicted[i] / measured[i] - 1));
    if (errors.back() >= scores.worst) {
      scores.worst = errors.back();
      scores.worst_label = row.label;
    }
  }
  scores.mape = mean(errors);
  scores.mdape = median(errors);
  scores.r2 =
      rows.size() > 1 ? r_squared(measured, predicted) : std::numeric_limits<double>::quiet_NaN();
  return scores;
}

std::string Scheme::text() const {
  if (kind == Kind::networks) return "leave-one-network-out";
  if (kind == Kind::families) return "leave-one-family-out";
  return std::to_string(folds) + "-fold";
}

Scheme scheme_from(std::string_view word) {
  if (word == "network" || word == "leave-one-network-out") return {Scheme::Kind::networks};
  if (word == "family" || word == "leave-one-family-out") return {Scheme::Kind::families};
  if (word == "k-fold") return {Scheme::Kind::k_fold};
  if (word.starts_with("k-fold:")) {
    std::size_t folds = 0;
    const auto digits = word.substr(7);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), folds);
    if (error == std::errc{} && end == digits.data() + digits.size() && folds >= 2) {
      return {Scheme::Kind::k_fold, folds};
    }
  }
  constexpr std::array<std::string_view, 5> kNames{"leave-one-network-out", "leave-one-family-out",
                                                   "k-fold:10", "network", "family"};
  throw FitError{"there is no validation '" + std::string{word} + "'" + suggestion(word, kNames) +
                 "; there are leave-one-network-out, leave-one-family-out, k-fold:K"};
}

ModelSpec choose(std::span<const ModelSpec> candidates, const Observations& table,
                 std::span<const std::size_t> rows, Target target, const Scheme& scheme) {
  if (candidates.size() == 1) return candidates.front();
  std::vector<Fold> folds;
  try {
    folds = folds_of(table, rows, scheme);
  } catch (const FitError&) {
    folds = k_folds(rows.size(), std::min(kInnerFolds, rows.size()), scheme.seed);
  }
  const ModelSpec* best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  std::string trouble;
  for (const auto& spec : candidates) {
    try {
      const auto predicted = left_out(spec, table, rows, target, folds);
      const double mape = score(table, rows, predicted, target).mape;
      if (mape < least) {
        least = mape;
        best = &spec;
      }
    } catch (const FitError& error) {
      trouble = error.what();
    }
  }
  if (!best) throw FitError{"no model can be fitted: " + trouble};
  return *best;
}

Validation validate(std::span<const ModelSpec> candidates, const Observations& table,
                    std::span<const std::size_t> rows, Target target, const Scheme& scheme) {
  Validation result;
  result.scheme = scheme.text();
  result.target = target;
  result.predicted.resize(rows.size());
  for (const auto& fold : folds_of(table, rows, scheme)) {
    const auto train = picked(rows, fold.train);
    const ModelSpec spec = choose(candidates, table, train, target, scheme);
    const auto model = fit(spec, table, train, target);
    result.chosen.push_back(spec.name);
    for (const auto place : fold.test) result.predicted[place] = model->at(table.rows[rows[place]]);
  }
  result.scores = score(table, rows, result.predicted, target);
  return result;
}

ErrorFactor error_factor(const Observations& table, std::span<const std::size_t> rows,
                         std::span<const double> predicted, Target target, double level) {
  std::vector<double> errors;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double measured = table.rows[rows[i]].value(target).value_or(0);
    // A prediction at or below 0 is wrong by any factor.
    errors.push_back(predicted[i] > 0 ? std::abs(std::log(measured / predicted[i])) : 30.0);
  }
  const double carried =
      static_cast<double>(errors.size()) / (static_cast<double>(errors.size()) + 1);
  for (const double wanted : {level, 0.9, 0.8, 0.5}) {
    if (wanted > level || wanted > carried) continue;
    if (const auto width = conformal_half_width(errors, wanted)) {
      return {std::exp(*width), wanted};
    }
  }
  return {};
}

}  // namespace erg
