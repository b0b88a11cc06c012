// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "erg/sensor.h"

namespace erg {

// A sensor that this machine has, or could have, but does not give; with the command that would
// change it (empty: nothing does).
class SourceMissing : public SensorUnavailable {
 public:
  SourceMissing(const std::string& what, std::string remedy)
      : SensorUnavailable{what}, remedy_{std::move(remedy)} {}

  const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

}  // namespace erg
