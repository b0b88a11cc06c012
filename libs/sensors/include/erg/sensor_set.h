// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "erg/device.h"
#include "erg/idle_sensor.h"
#include "erg/sensor.h"

namespace erg {

// A source that gives nothing here.
struct MissingSource {
  std::string source;  // "NVML", "RAPL powercap", "RAPL perf", "hwmon"
  std::string reason;  // what was tried and what it answered
  std::string remedy;  // the exact command that grants it; empty: there is none on this machine

  friend bool operator==(const MissingSource&, const MissingSource&) = default;
};

// What can be measured or estimated: by one source, or by a whole machine.
struct SensorSet {
  std::vector<std::unique_ptr<Sensor>> sensors;
  std::vector<Device> devices;        // whose energies may be added: none contains another
  std::vector<std::string> notes;     // for the run: unknown CPU, choice of source
  std::vector<std::string> warnings;  // what makes its joules doubtful: foreign processes
  std::vector<MissingSource> missing;
  std::vector<IdlePower> idle;  // of what is estimated; that of a sensor's device is measured
};

}  // namespace erg
