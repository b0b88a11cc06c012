// SPDX-License-Identifier: Apache-2.0
#include "erg/energy_model.h"
#include "erg/json_writer.h"
#include "model_json.h"

namespace erg {
namespace {

// Do not change: files hold them.
constexpr std::string_view kFormat = "erg energy model";
constexpr std::int64_t kVersion = 1;

void write_texts(JsonWriter& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void write_target(JsonWriter& out, std::string_view key, const std::optional<TargetModel>& target) {
  out.key(key);
  if (!target) {
    out.null();
    return;
  }
  out.begin_object().member("model", target->model);
  out.key("validation").begin_object().member("scheme", target->scheme);
  out.member("rows", target->scores.count).member("mape", target->scores.mape);
  out.member("mdape", target->scores.mdape).member("r2", target->scores.r2).end_object();
  out.key("interval").begin_object().member("level", target->error.level);
  out.member("factor", target->error.factor).end_object();
  out.key("coefficients").begin_object();  // for people: `fitted` is what is read back
  for (const auto& one : target->regressor->coefficients()) out.member(one.name, one.value);
  out.end_object();
  out.key("fitted").begin_object();
  target->regressor->write(out);
  out.end_object().end_object();
}

// What it reads of a row must be the features that the model's rows have.
void check_places(const Json& fitted, const Regressor& regressor,
                  const std::vector<std::string>& features, const std::string& name) {
  const auto inputs = regressor.inputs();
  if (inputs.empty()) return;
  const auto places = numbers_member(fitted, "places", name);
  bool fit = places.size() == inputs.size();
  for (std::size_t i = 0; fit && i < places.size(); ++i) {
    const double place = places[i];
    fit = place >= 0 && place < static_cast<double>(features.size()) &&
          features[static_cast<std::size_t>(place)] == inputs[i];
  }
  if (!fit) throw FormatError{name + ": 'places' are not those of its features"};
}

std::optional<TargetModel> read_target(const Json& json, std::string_view key,
                                       const std::vector<std::string>& features,
                                       const std::string& name) {
  const Json* found = json.find(key);
  if (!found || found->is_null()) return std::nullopt;
  TargetModel target;
  target.model = text_member(*found, "model", name);
  const Json& validation = member(*found, "validation", name);
  target.scheme = text_member(validation, "scheme", name);
  target.scores.count = static_cast<std::size_t>(number_member(validation, "rows", name));
  const auto number = [&](const char* what) {
    return member(validation, what, name).number().value_or(0);
  };
  target.scores.mape = number("mape");
  target.scores.mdape = number("mdape");
  target.scores.r2 = number("r2");
  const Json& interval = member(*found, "interval", name);
  target.error = {number_member(interval, "factor", name), number_member(interval, "level", name)};
  if (!(target.error.factor >= 1)) throw FormatError{name + ": 'factor' must be 1 or more"};
  const Json& fitted = member(*found, "fitted", name);
  target.regressor = regressor_from(fitted, name);
  check_places(fitted, *target.regressor, features, name);
  return target;
}

}  // namespace

std::string EnergyModel::json() const {
  JsonWriter out{2};
  out.begin_object().member("format", kFormat).member("version", kVersion).member("name", name);
  out.key("scope").begin_object().member("device", scope.device);
  out.member("precision", scope.precision);
  write_texts(out, "inputs", scope.inputs);
  out.key("batches").begin_array();
  for (const double batch : scope.batches) out.value(batch);
  out.end_array().member("unit", scope.unit).member("images_per_unit", scope.images_per_unit);
  out.end_object();
  out.key("training").begin_object().member("source", training.source);
  out.member("digest", training.digest).member("rows", training.rows);
  write_texts(out, "networks", training.networks);
  out.end_object();
  write_texts(out, "features", features);
  write_target(out, "energy", energy);
  write_target(out, "time", time);
  out.end_object();
  return out.take() + "\n";
}

EnergyModel EnergyModel::from_json(std::string_view text, const std::string& name) {
  const Json json = Json::parse(text, name);
  const Json* format = json.find("format");
  if (!format || !format->text() || *format->text() != kFormat) {
    throw FormatError{name + " is no energy model; erg fit writes them (-o FILE)"};
  }
  if (member(json, "version", name).integer() != kVersion) {
    throw FormatError{name + ": an energy model of another version than " +
                      std::to_string(kVersion) + "; fit it again, or use a newer erg"};
  }
  EnergyModel model;
  model.name = text_member(json, "name", name);
  const Json& scope = member(json, "scope", name);
  model.scope.device = text_member(scope, "device", name);
  model.scope.precision = text_member(scope, "precision", name);
  model.scope.inputs = texts_member(scope, "inputs", name);
  model.scope.batches = numbers_member(scope, "batches", name);
  model.scope.unit = text_member(scope, "unit", name);
  model.scope.images_per_unit = number_member(scope, "images_per_unit", name);
  const Json& training = member(json, "training", name);
  model.training.source = text_member(training, "source", name);
  model.training.digest = text_member(training, "digest", name);
  model.training.rows = static_cast<std::size_t>(number_member(training, "rows", name));
  model.training.networks = texts_member(training, "networks", name);
  model.features = texts_member(json, "features", name);
  model.energy = read_target(json, "energy", model.features, name);
  model.time = read_target(json, "time", model.features, name);
  if (!model.energy && !model.time) throw FormatError{name + ": there is no target in it"};
  return model;
}

}  // namespace erg
