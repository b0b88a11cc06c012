// SPDX-License-Identifier: Apache-2.0
#include "boosted_trees.h"

#include <limits>

#include "erg/format_error.h"
#include "erg/json_writer.h"
#include "erg/least_squares.h"
#include "model_json.h"
#include "xgboost_library.h"

namespace erg {
namespace {

constexpr std::size_t kLeastRows = 8;

const XgboostLibrary& needed() {
  const auto& library = xgboost();
  if (!library.missing.empty()) {
    throw FitError{"boosted trees need XGBoost, which is not here (" + library.missing +
                   "); install libxgboost-dev, or choose another model"};
  }
  return library;
}

// One of XGBoost's handles.
class Handle {
 public:
  explicit Handle(int (*release)(void*)) : release_{release} {}
  ~Handle() {
    if (handle_) release_(handle_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void* get() const { return handle_; }
  void** into() { return &handle_; }

 private:
  void* handle_ = nullptr;
  int (*release_)(void*);
};

class Trees final : public Regressor {
 public:
  Trees() : booster_{needed().free_booster} {}

  std::string unit = "J";
  double scale = 1;  // of the target: XGBoost computes in 32 bits
  std::vector<std::string> features;
  std::vector<std::size_t> places;
  Handle booster_;

  void put(const Observation& row, std::vector<float>& into) const {
    for (const auto place : places) into.push_back(static_cast<float>(row.features[place]));
  }

  double at(const Observation& row) const override {
    const auto& library = xgboost();
    std::vector<float> values;
    put(row, values);
    Handle matrix{library.free_matrix};
    library.check(library.matrix_from(values.data(), 1, values.size(),
                                      std::numeric_limits<float>::quiet_NaN(), matrix.into()),
                  "a row");
    std::uint64_t size = 0;
    const float* out = nullptr;
    library.check(library.predict(booster_.get(), matrix.get(), 0, 0, 0, &size, &out), "predict");
    return size == 1 ? scale * static_cast<double>(out[0])
                     : std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<Coefficient> coefficients() const override { return {}; }
  std::span<const std::string> inputs() const override { return features; }
  ModelKind kind() const override { return ModelKind::trees; }

  void write(JsonWriter& out) const override {
    const auto& library = xgboost();
    out.member("kind", "trees").member("unit", unit).member("scale", scale);
    out.key("features").begin_array();
    for (const auto& one : features) out.value(one);
    out.end_array().key("places").begin_array();
    for (const auto one : places) out.value(one);
    out.end_array();
    std::uint64_t size = 0;
    const char* text = nullptr;
    library.check(library.save(booster_.get(), "{\"format\": \"json\"}", &size, &text), "save");
    out.member("xgboost", std::string_view{text, size});
  }
};

void set_up(const Trees& trees) {
  const auto& library = xgboost();
  const std::pair<const char*, const char*> settings[] = {{"objective", "reg:squarederror"},
                                                          {"max_depth", "4"},
                                                          {"eta", "0.1"},
                                                          {"tree_method", "exact"},
                                                          {"nthread", "1"},
                                                          {"seed", "1"},
                                                          {"verbosity", "0"},
                                                          {"min_child_weight", "1"}};
  for (const auto& [key, value] : settings) {
    library.check(library.set_parameter(trees.booster_.get(), key, value), key);
  }
}

}  // namespace

bool have_trees() { return xgboost().missing.empty(); }
std::string trees_missing() { return xgboost().missing; }

std::unique_ptr<Regressor> fit_trees(const ModelSpec& spec, const Observations& table,
                                     std::span<const std::size_t> rows, Target target) {
  const auto& library = needed();
  if (rows.size() < kLeastRows) {
    throw FitError{std::to_string(rows.size()) +
                   " rows are too few for boosted trees, which need " + std::to_string(kLeastRows) +
                   "; choose macs or physical, or measure more"};
  }
  auto trees = std::make_unique<Trees>();
  trees->unit = si_unit(target);
  trees->features = spec.features;
  for (const auto& name : spec.features) trees->places.push_back(table.feature(name));
  std::vector<float> values;
  std::vector<float> targets;
  double sum = 0;
  for (const auto row : rows) sum += table.rows[row].value(target).value_or(0);
  trees->scale = sum / static_cast<double>(rows.size());
  for (const auto row : rows) {
    trees->put(table.rows[row], values);
    targets.push_back(static_cast<float>(table.rows[row].value(target).value_or(0) / trees->scale));
  }
  Handle matrix{library.free_matrix};
  library.check(library.matrix_from(values.data(), rows.size(), trees->places.size(),
                                    std::numeric_limits<float>::quiet_NaN(), matrix.into()),
                "the table");
  library.check(library.set_floats(matrix.get(), "label", targets.data(), targets.size()),
                "labels");
  void* const matrices[] = {matrix.get()};
  library.check(library.create(matrices, 1, trees->booster_.into()), "create");
  set_up(*trees);
  for (int round = 0; round < spec.rounds; ++round) {
    library.check(library.update(trees->booster_.get(), round, matrix.get()), "fit");
  }
  return trees;
}

std::unique_ptr<Regressor> trees_from(const Json& json, const std::string& name) {
  const auto& library = needed();
  auto trees = std::make_unique<Trees>();
  trees->unit = text_member(json, "unit", name);
  trees->scale = number_member(json, "scale", name);
  trees->features = texts_member(json, "features", name);
  for (const double place : numbers_member(json, "places", name)) {
    if (!(place >= 0 && place < 1e6)) throw FormatError{name + ": 'places' are not of features"};
    trees->places.push_back(static_cast<std::size_t>(place));
  }
  library.check(library.create(nullptr, 0, trees->booster_.into()), "create");
  const auto text = text_member(json, "xgboost", name);
  if (library.load(trees->booster_.get(), text.data(), text.size()) != 0) {
    throw FormatError{name + ": XGBoost does not read its trees: " + library.last_error()};
  }
  return trees;
}

}  // namespace erg
