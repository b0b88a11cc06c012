// SPDX-License-Identifier: Apache-2.0
#include "erg/regressor.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "boosted_trees.h"
#include "erg/format_error.h"
#include "erg/json.h"
#include "erg/least_squares.h"
#include "erg/suggest.h"
#include "physical.h"
#include "polynomial.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 6> kNames{"macs",  "macs+parameters", "polynomial:2",
                                                 "trees", "physical",        "auto"};
constexpr int kMostDegrees = 8;
constexpr std::size_t kRowsForTrees = 30;

int degree_of(std::string_view text) {
  int degree = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), degree);
  if (error != std::errc{} || end != text.data() + text.size() || degree < 1 ||
      degree > kMostDegrees) {
    throw FitError{"a polynomial's degree is 1 to 8, not '" + std::string{text} + "'"};
  }
  return degree;
}

std::vector<std::string> or_macs(std::span<const std::string> features) {
  if (features.empty()) return {"macs"};
  return {features.begin(), features.end()};
}

bool has(const Observations& table, std::string_view feature) {
  return std::ranges::find(table.features, feature) != table.features.end();
}

bool has_work(const Observations& table) {
  return std::ranges::all_of(table.rows,
                             [](const auto& row) { return row.work && row.images > 0; });
}

}  // namespace

std::string_view to_string(ModelKind kind) {
  switch (kind) {
    case ModelKind::polynomial:
      return "polynomial";
    case ModelKind::trees:
      return "trees";
    case ModelKind::physical:
      return "physical";
  }
  return "";
}

ModelSpec model_spec(std::string_view word, std::span<const std::string> features) {
  ModelSpec spec;
  spec.name = word;
  if (word == "macs") {
    spec.features = {"macs"};
  } else if (word == "macs+parameters") {
    spec.features = {"macs", "parameters"};
  } else if (word == "linear") {
    spec.features = or_macs(features);
  } else if (word.starts_with("polynomial:")) {
    spec.features = or_macs(features);
    spec.degree = degree_of(word.substr(11));
  } else if (word == "polynomial") {
    spec.features = or_macs(features);
    spec.degree = 2;
  } else if (word == "trees") {
    spec.kind = ModelKind::trees;
    spec.features = or_macs(features);
  } else if (word == "physical") {
    spec.kind = ModelKind::physical;
  } else {
    throw FitError{"there is no model '" + std::string{word} + "'" + suggestion(word, kNames) +
                   "; there are macs, macs+parameters, linear, polynomial:DEGREE, "
                   "polynomial:auto, trees, physical, auto"};
  }
  return spec;
}

std::vector<ModelSpec> candidates(std::string_view word, const Observations& table,
                                  std::span<const std::string> features) {
  std::vector<ModelSpec> all;
  if (word == "polynomial:auto") {
    for (int degree = 1; degree <= 4; ++degree) {
      all.push_back(model_spec("polynomial:" + std::to_string(degree), features));
    }
  } else if (word == "auto") {
    if (has_work(table)) all.push_back(model_spec("physical"));
    if (!features.empty()) all.push_back(model_spec("linear", features));
    if (has(table, "macs")) all.push_back(model_spec("macs"));
    if (has(table, "macs") && has(table, "parameters")) {
      all.push_back(model_spec("macs+parameters"));
    }
    if (has(table, "macs") || !features.empty()) {
      all.push_back(model_spec("polynomial:2", features));
    }
    const bool enough = table.rows.size() >= kRowsForTrees && have_trees();
    if (enough && (has(table, "macs") || !features.empty())) {
      all.push_back(model_spec(
          "trees", features.empty() ? table.features
                                    : std::vector<std::string>{features.begin(), features.end()}));
    }
  } else {
    all.push_back(model_spec(word, features));
  }
  return all;
}

std::unique_ptr<Regressor> fit(const ModelSpec& spec, const Observations& table,
                               std::span<const std::size_t> rows, Target target) {
  switch (spec.kind) {
    case ModelKind::polynomial:
      return fit_polynomial(spec, table, rows, target);
    case ModelKind::trees:
      return fit_trees(spec, table, rows, target);
    case ModelKind::physical:
      if (target == Target::rate) {
        throw FitError{
            "the physical model is of energy and time; of a rate choose polynomial:D or trees"};
      }
      return fit_physical(table, rows, target);
  }
  return nullptr;
}

std::unique_ptr<Regressor> regressor_from(const Json& json, const std::string& name) {
  const Json* kind = json.find("kind");
  const std::string* word = kind ? kind->text() : nullptr;
  if (word && *word == "polynomial") return polynomial_from(json, name);
  if (word && *word == "trees") return trees_from(json, name);
  if (word && *word == "physical") return physical_from(json, name);
  throw FormatError{name + ": a model is polynomial, trees or physical" +
                    (word ? ", not '" + *word + "'" : "")};
}

}  // namespace erg
