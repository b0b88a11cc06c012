// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "erg/store.h"
#include "study_cells.h"
#include "study_result.h"

namespace erg {

// What a training will probably take, and where that comes from.
struct Forecast {
  std::optional<Seconds> time;
  std::optional<Joules> energy;
  std::string from;        // "the same before", "scaled", "unknown"
  std::string impossible;  // why it cannot run; empty: it can
};

// Forecasts from the trainings of studies that a store holds: the median of the same setting, else
// the work (MACs) at the median cost of work on that kind of device.
class StudyForecast {
 public:
  explicit StudyForecast(const Store& store);

  Forecast of(const StudyFile& study, const Training& training) const;

 private:
  struct Past {
    std::vector<double> times;
    std::vector<double> energies;
  };
  std::map<std::string, Past> same_;     // by setting, words of erg train
  std::map<std::string, Past> by_work_;  // by device: per MAC
};

// What a forecast knows a setting by, as JSON: it and what is alike in the study. What a cell's
// `settings` holds.
std::string forecast_key(const StudyFile& study, const Training& training);

}  // namespace erg
