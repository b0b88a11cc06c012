// SPDX-License-Identifier: Apache-2.0
#include "polynomial.h"

#include <algorithm>
#include <cmath>

#include "erg/format_error.h"
#include "erg/json_writer.h"
#include "erg/least_squares.h"
#include "erg/summary.h"
#include "model_json.h"

namespace erg {
namespace {

using Exponents = std::vector<int>;

// All products of the features whose exponents add up to at most `degree`, by rising sum.
std::vector<Exponents> monomials(std::size_t features, int degree) {
  std::vector<Exponents> all{Exponents(features, 0)};
  std::size_t begin = 0;
  for (int sum = 1; sum <= degree; ++sum) {
    const std::size_t end = all.size();
    for (std::size_t i = begin; i < end; ++i) {
      std::size_t last = 0;  // a product is made once: factors in rising order
      for (std::size_t f = 0; f < features; ++f) {
        if (all[i][f] > 0) last = f;
      }
      for (std::size_t f = last; f < features; ++f) {
        Exponents next = all[i];
        ++next[f];
        all.push_back(std::move(next));
      }
    }
    begin = end;
  }
  return all;
}

double power(double base, int exponent) {
  double result = 1;
  for (int i = 0; i < exponent; ++i) result *= base;
  return result;
}

double binomial(int n, int k) {
  double result = 1;
  for (int i = 1; i <= k; ++i) result = result * (n - k + i) / i;
  return result;
}

// A polynomial of features that are centred and scaled as the training rows were.
class Polynomial final : public Regressor {
 public:
  std::string unit = "J";
  int degree = 1;
  std::vector<std::string> features;
  std::vector<std::size_t> places;  // of the features in a row
  std::vector<double> centre;
  std::vector<double> scale;
  std::vector<Exponents> terms;
  std::vector<double> weights;  // one a term

  void put_terms(const Observation& row, std::span<double> into) const {
    for (std::size_t t = 0; t < terms.size(); ++t) {
      double product = 1;
      for (std::size_t f = 0; f < features.size(); ++f) {
        product *= power((row.features[places[f]] - centre[f]) / scale[f], terms[t][f]);
      }
      into[t] = product;
    }
  }

  double at(const Observation& row) const override {
    std::vector<double> values(terms.size());
    put_terms(row, values);
    double sum = 0;
    for (std::size_t t = 0; t < terms.size(); ++t) sum += weights[t] * values[t];
    return sum;
  }

  std::vector<Coefficient> coefficients() const override {
    if (features.size() == 1) return of_one_feature();
    if (degree == 1) return of_line();
    std::vector<Coefficient> all;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      all.push_back({term_name(t) + " (scaled)", unit, weights[t]});
    }
    return all;
  }

  std::span<const std::string> inputs() const override { return features; }
  ModelKind kind() const override { return ModelKind::polynomial; }

  void write(JsonWriter& out) const override {
    out.member("kind", "polynomial").member("degree", degree).member("unit", unit);
    out.key("features").begin_array();
    for (const auto& one : features) out.value(one);
    out.end_array().key("places").begin_array();
    for (const auto one : places) out.value(one);
    out.end_array().key("centre").begin_array();
    for (const double one : centre) out.value(one);
    out.end_array().key("scale").begin_array();
    for (const double one : scale) out.value(one);
    out.end_array().key("weights").begin_array();
    for (const double one : weights) out.value(one);
    out.end_array();
  }

 private:
  std::string term_name(std::size_t term) const {
    std::string name;
    for (std::size_t f = 0; f < features.size(); ++f) {
      if (terms[term][f] == 0) continue;
      name += (name.empty() ? "" : " * ") + features[f];
      if (terms[term][f] > 1) name += "^" + std::to_string(terms[term][f]);
    }
    return name.empty() ? "intercept" : name;
  }

  // Multiplied out, so that it is of the feature as it is.
  std::vector<Coefficient> of_one_feature() const {
    std::vector<double> plain(terms.size(), 0.0);
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const int n = terms[t][0];
      for (int k = 0; k <= n; ++k) {
        plain[static_cast<std::size_t>(k)] +=
            weights[t] / power(scale[0], n) * binomial(n, k) * power(-centre[0], n - k);
      }
    }
    std::vector<Coefficient> all;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      all.push_back({term_name(t), t == 0 ? unit : unit + " by " + term_name(t), plain[t]});
    }
    return all;
  }

  std::vector<Coefficient> of_line() const {
    std::vector<Coefficient> all{{"intercept", unit, weights[0]}};
    for (std::size_t t = 1; t < terms.size(); ++t) {
      const std::size_t f = t - 1;
      all[0].value -= weights[t] * centre[f] / scale[f];
      all.push_back({features[f], unit + " by " + features[f], weights[t] / scale[f]});
    }
    return all;
  }
};

void scale_on(Polynomial& model, const Observations& table, std::span<const std::size_t> rows) {
  for (std::size_t f = 0; f < model.features.size(); ++f) {
    std::vector<double> column;
    for (const auto row : rows) column.push_back(table.rows[row].features[model.places[f]]);
    model.centre.push_back(column.empty() ? 0 : mean(column));
    const double spread = column.size() > 1 ? standard_deviation(column) : 0;
    if (!(spread > 1e-12 * std::abs(model.centre.back()))) {
      throw FitError{"'" + model.features[f] + "' is the same in all " +
                     std::to_string(rows.size()) +
                     " rows: it tells nothing; leave it out, or measure where it differs"};
    }
    model.scale.push_back(spread);
  }
}

void check_rows(const Polynomial& model, const Observations& table,
                std::span<const std::size_t> rows) {
  if (rows.size() < model.terms.size()) {
    throw FitError{std::to_string(rows.size()) + " rows cannot determine " +
                   std::to_string(model.terms.size()) + " coefficients; measure " +
                   std::to_string(model.terms.size() - rows.size()) +
                   " more, or choose a smaller model (a lower degree, fewer features)"};
  }
  if (model.features.size() != 1) return;
  std::vector<double> values;
  for (const auto row : rows) values.push_back(table.rows[row].features[model.places[0]]);
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  if (values.size() >= model.terms.size()) return;
  throw FitError{"'" + model.features[0] + "' has only " + std::to_string(values.size()) +
                 " different values: they cannot determine " + std::to_string(model.terms.size()) +
                 " coefficients; choose a lower degree, or measure at other values"};
}

// Two features that say the same, where there are such.
std::string alike(const Polynomial& model, const Matrix& a) {
  for (std::size_t i = 1; i < model.terms.size(); ++i) {
    for (std::size_t j = i + 1; j < model.terms.size(); ++j) {
      double product = 0, left = 0, right = 0;
      for (std::size_t row = 0; row < a.rows; ++row) {
        product += a(row, i) * a(row, j);
        left += a(row, i) * a(row, i);
        right += a(row, j) * a(row, j);
      }
      if (product * product > (1 - 1e-8) * left * right && i <= model.features.size() &&
          j <= model.features.size()) {
        return "'" + model.features[i - 1] + "' and '" + model.features[j - 1] + "'";
      }
    }
  }
  return "some of them";
}

}  // namespace

std::unique_ptr<Regressor> fit_polynomial(const ModelSpec& spec, const Observations& table,
                                          std::span<const std::size_t> rows, Target target) {
  auto model = std::make_unique<Polynomial>();
  model->unit = si_unit(target);
  model->degree = spec.degree;
  model->features = spec.features;
  for (const auto& name : spec.features) model->places.push_back(table.feature(name));
  model->terms = monomials(spec.features.size(), spec.degree);
  check_rows(*model, table, rows);
  scale_on(*model, table, rows);
  Matrix a{rows.size(), model->terms.size()};
  std::vector<double> y;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = table.rows[rows[i]];
    model->put_terms(row, std::span{&a(i, 0), a.columns});
    y.push_back(row.value(target).value_or(0));
  }
  try {
    model->weights = least_squares(a, y).coefficients;
  } catch (const FitError&) {
    throw FitError{"the features depend on each other (" + alike(*model, a) +
                   " say the same): leave one out, or measure networks in which they differ"};
  }
  return model;
}

std::unique_ptr<Regressor> polynomial_from(const Json& json, const std::string& name) {
  auto model = std::make_unique<Polynomial>();
  model->unit = text_member(json, "unit", name);
  model->degree = static_cast<int>(number_member(json, "degree", name));
  model->features = texts_member(json, "features", name);
  for (const double place : numbers_member(json, "places", name)) {
    if (!(place >= 0 && place < 1e6)) throw FormatError{name + ": 'places' are not of features"};
    model->places.push_back(static_cast<std::size_t>(place));
  }
  model->centre = numbers_member(json, "centre", name);
  model->scale = numbers_member(json, "scale", name);
  model->weights = numbers_member(json, "weights", name);
  const auto count = model->features.size();
  const bool small = model->degree >= 1 && model->degree <= 8 && count >= 1 && count <= 64;
  if (small) model->terms = monomials(count, model->degree);
  if (!small || model->places.size() != count || model->centre.size() != count ||
      model->scale.size() != count || model->weights.size() != model->terms.size()) {
    throw FormatError{name + ": the parts of the polynomial do not fit together"};
  }
  return model;
}

}  // namespace erg
