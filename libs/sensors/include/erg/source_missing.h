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
  enum class Kind { absent, failing };

  SourceMissing(const std::string& what, std::string remedy, Kind kind = Kind::absent)
      : SensorUnavailable{what}, remedy_{std::move(remedy)}, kind_{kind} {}

  const std::string& remedy() const { return remedy_; }
  // It is there and refuses: worth a warning wherever its joules are expected.
  bool failing() const { return kind_ == Kind::failing; }

 private:
  std::string remedy_;
  Kind kind_;
};

}  // namespace erg
