// SPDX-License-Identifier: Apache-2.0
#include "saved_models.h"

#include <limits>

#include "console.h"
#include "erg/byte_source.h"
#include "erg/format_error.h"
#include "erg/least_squares.h"
#include "erg/suggest.h"

namespace erg {
namespace {

double error_of(const EnergyModel& model) {
  const auto& target = model.energy ? model.energy : model.time;
  return target->scheme.empty() ? std::numeric_limits<double>::max() : target->scores.mape;
}

}  // namespace

EnergyModel read_model(const std::string& path) {
  return EnergyModel::from_json(read_all(*open_bytes(path)), path);
}

EnergyModel stored_model(const Store& store, const std::string& name) {
  if (const auto document = store.document(document_kind::kModel, name)) {
    return EnergyModel::from_json(document->text, "model '" + name + "'");
  }
  const auto all = store.documents(document_kind::kModel);
  std::vector<std::string_view> names;
  for (const auto& one : all) names.push_back(one.name);
  throw StoreError{"no model is called '" + name + "'" + suggestion(name, names) +
                   (names.empty() ? "; erg fit --name makes one" : "; erg predict models")};
}

std::vector<EnergyModel> stored_models(const Store& store) {
  std::vector<EnergyModel> models;
  for (const auto& document : store.documents(document_kind::kModel)) {
    try {
      models.push_back(EnergyModel::from_json(document.text, "model '" + document.name + "'"));
      models.back().name = document.name;
    } catch (const std::exception& error) {
      warn(error.what());
    }
  }
  return models;
}

EnergyModel fitting_model(const Store& store, const Job& job, bool any) {
  auto models = stored_models(store);
  EnergyModel* best = nullptr;
  std::string against;
  for (auto& model : models) {
    const auto reasons = objections(model, job);
    if (!reasons.empty()) {
      against += "\n  " + model.name + ": " + reasons.front();
      if (!any) continue;
    }
    const bool better =
        !best || objections(*best, job).size() > reasons.size() ||
        (objections(*best, job).size() == reasons.size() && error_of(model) < error_of(*best));
    if (better) best = &model;
  }
  if (best) return std::move(*best);
  throw FitError{
      "no stored model is for " +
      (job.device.empty() ? std::string{"this"} : "'" + job.device + "'") +
      ": fit one from measured runs (erg fit --name N), or calibrate the device in a few "
      "minutes (erg predict calibrate)" +
      (against.empty() ? "" : "; there are, for others:" + against)};
}

}  // namespace erg
