// SPDX-License-Identifier: Apache-2.0
#include "study_plan.h"

#include <nlohmann/json.hpp>

#include "erg/summary.h"

namespace erg {
namespace {

std::optional<double> median_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return median(values);
}

void fill(Forecast& forecast, const std::vector<double>& times, const std::vector<double>& energies,
          double work) {
  if (const auto time = median_of(times)) forecast.time = Seconds{*time * work};
  if (const auto energy = median_of(energies)) forecast.energy = Joules{*energy * work};
}

}  // namespace

std::string forecast_key(const StudyFile& study, const Training& training) {
  Training first = training;
  first.repeat = 0;
  StudyFile alike = study;
  alike.train_seed = 0;
  nlohmann::ordered_json key{{"power_cap_w", training.power_cap_w},
                             {"words", train_words(alike, first)}};
  if (training.sm_clock_mhz > 0) key["sm_clock_mhz"] = training.sm_clock_mhz;
  return key.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

StudyForecast::StudyForecast(const Store& store) {
  for (const auto& study : store.studies()) {
    for (const auto& cell : store.cells(study)) {
      if (cell.state != CellState::done) continue;
      const auto result = result_from(cell.result);
      if (!result || result->outcome != StudyOutcome::done || !result->time_s) continue;
      auto& same = same_[cell.settings];
      same.times.push_back(*result->time_s);
      if (result->energy_j) same.energies.push_back(*result->energy_j);
      if (result->planned_macs.value_or(0) <= 0) continue;
      auto& work = by_work_[result->device];
      work.times.push_back(*result->time_s / *result->planned_macs);
      if (result->energy_j) work.energies.push_back(*result->energy_j / *result->planned_macs);
    }
  }
}

Forecast StudyForecast::of(const StudyFile& study, const Training& training) const {
  Forecast forecast;
  std::optional<double> macs;
  try {
    macs = planned_macs(study, training);
  } catch (const StudyError& error) {
    forecast.impossible = error.what();
    return forecast;
  }
  forecast.from = "unknown";
  if (const auto same = same_.find(forecast_key(study, training)); same != same_.end()) {
    fill(forecast, same->second.times, same->second.energies, 1);
    forecast.from = "the same before";
  } else if (const auto work = by_work_.find(study.device); macs && work != by_work_.end()) {
    fill(forecast, work->second.times, work->second.energies, *macs);
    forecast.from = "scaled by MACs";
  }
  return forecast;
}

}  // namespace erg
